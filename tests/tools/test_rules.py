"""Each rule finds what breaks it, leaves alone what does not, and the project keeps them all."""

from pathlib import PurePath

import pytest

from tools.rules import __main__ as rules
from tools.rules import python, templates

VIEW = PurePath("api/views/things.py")
PAGE = PurePath("web/templates/page.html")

BAD = {
    "private-rows": [
        "patient = Patient.objects.get(pk=pk)",
        "patient = Patient.objects.active().filter(pk=pk).first()",
        "visit = get_object_or_404(Appointment, pk=pk)",
        "visit = get_object_or_404(Appointment.objects.with_names(), pk=pk)",
        "visits = Appointment.objects.filter(id__in=ids)",
    ],
    "sql-text": [
        "cursor.execute(f'SELECT * FROM {table}')",
        "cursor.execute('SELECT * FROM patients WHERE name = %s' % name)",
        "cursor.execute('SELECT ' + columns)",
        "Patient.objects.raw('SELECT {}'.format(columns))",
    ],
    "request-in-log": [
        "logger.warning('Refused %s', request.data)",
        "logger.error('It failed.', extra={'path': request.get_full_path()})",
        "self.logger.info(f'{patient} was refused')",
        "logger.exception(serializer.validated_data)",
    ],
    "marked-safe": ["html = mark_safe(name)", "html = safestring.SafeString(name)"],
    "csrf-exempt": [
        "@csrf_exempt\ndef view(request): ...",
        "from x import y\nview = method_decorator(csrf_exempt)(view)",
    ],
    "own-clock": [
        "now = datetime.now()",
        "now = datetime.datetime.now(UTC)",
        "today = date.today()",
        "now = timezone.now()",
    ],
    "service-in-loop": [
        "for pk in ids:\n    services.cancel(pk)",
        "done = [patient_services.amend(p, active=False) for p in found]",
        "while left:\n    left = services.cancel(left)",
    ],
}
GOOD = {
    "private-rows": [
        "patient = visible_to(user, Patient.objects.filter(pk=pk)).first()",
        "patient = within_reach(user, right, Patient.objects.all()).get(pk=pk)",
        "doctor = Doctor.objects.get(pk=pk)",
        "queryset = Patient.objects.all()",
        "patient = get_object_or_404(self.get_queryset(), pk=pk)",
        "patient = Patient.objects.get(pk=pk)  # allowed: private-rows - it is the user's own",
    ],
    "sql-text": [
        "cursor.execute('SELECT * FROM patients WHERE name = %s', [name])",
        "cursor.execute(QUERY, values)",
        "cursor.execute('SELECT 1' ' FROM patients')",
    ],
    "request-in-log": [
        "logger.warning('%s lost a race, try %d.', function.__qualname__, attempt)",
        "logger.error('The database failed.', exc_info=error)",
        "self.stdout.write(request.data)",
    ],
    "marked-safe": ["html = format_html('<b>{}</b>', name)"],
    "csrf-exempt": ["@csrf_protect\ndef view(request): ..."],
    "own-clock": ["now = clock.now()", "now = datetime.fromtimestamp(0, UTC)"],
    "service-in-loop": ["services.cancel_all(ids)", "for name in names:\n    print(name)\nservices.cancel(visit)"],
}
BAD_PAGES = {
    "inline-script": ["<script>alert(1)</script>", '<script type="module">\nx</script>'],
    "inline-handler": ['<button onclick="go()">', '<body class="a"\n onload = "go()">'],
    "inline-style": ["<style>a {}</style>", '<p style="color: red">'],
    "unescaped": ["{{ name|safe }}", "{{ name | safe }}", "{% autoescape off %}{{ name }}"],
    "other-host": ['<script src="https://cdn.example.org/x.js"></script>', '<img alt="" src="//example.org/a.png">'],
}
GOOD_PAGES = {
    "inline-script": [
        "<script src=\"{% static 'web/calendar.js' %}\" defer></script>",
        '<script nonce="{{ request.csp_nonce }}">go()</script>',
        '<script id="data" type="application/json">{}</script>',
    ],
    "inline-handler": ['<button data-on="click">', "<p>once = twice</p>", '<a href="?on=1">'],
    "inline-style": [
        '<p class="style">',
        '<style nonce="{{ request.csp_nonce }}">',
        '<link rel="stylesheet" href="/a.css">',
    ],
    "unescaped": ["{{ name }}", "{{ name|default:'safe' }}"],
    "other-host": ['<a href="https://example.org/">', "<script src=\"{% static 'a.js' %}\"></script>"],
}


def cases(texts: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(rule, text) for rule, of_rule in texts.items() for text in of_rule]


@pytest.mark.parametrize(("rule", "text"), cases(BAD))
def test_a_rule_finds_what_breaks_it(rule: str, text: str) -> None:
    assert [finding.rule for finding in python.check(VIEW, text)] == [rule]


@pytest.mark.parametrize(("rule", "text"), cases(GOOD))
def test_a_rule_leaves_alone_what_keeps_it(rule: str, text: str) -> None:
    assert rule not in [finding.rule for finding in python.check(VIEW, text)]


@pytest.mark.parametrize(("rule", "text"), cases(BAD_PAGES))
def test_a_rule_about_templates_finds_what_breaks_it(rule: str, text: str) -> None:
    assert [finding.rule for finding in templates.check(PAGE, text)] == [rule]


@pytest.mark.parametrize(("rule", "text"), cases(GOOD_PAGES))
def test_a_rule_about_templates_leaves_alone_what_keeps_it(rule: str, text: str) -> None:
    assert rule not in [finding.rule for finding in templates.check(PAGE, text)]


def test_every_rule_has_its_cases() -> None:
    assert BAD.keys() == GOOD.keys() == python.RULES.keys()
    assert BAD_PAGES.keys() == GOOD_PAGES.keys() == templates.RULES.keys()


def test_a_rule_of_faces_is_about_faces_only() -> None:
    assert python.check(PurePath("appointments/services.py"), BAD["private-rows"][0]) == []
    assert python.check(PurePath("common/clock.py"), "now = timezone.now()") == []


def test_a_reason_allows_its_own_rule_only() -> None:
    line = "html = mark_safe(name)  # allowed: own-clock - it is not about time"
    assert [finding.rule for finding in python.check(VIEW, line)] == ["marked-safe"]
    assert [finding.rule for finding in python.check(VIEW, "html = mark_safe(name)  # allowed: marked-safe - ")] == [
        "marked-safe"
    ]


def test_the_project_keeps_its_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert (rules.main(), capsys.readouterr().out) == (0, "")
