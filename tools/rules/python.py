"""Rules about Python, each a function from a module's tree to the nodes that break it."""

import ast
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import NamedTuple

from tools.rules.finding import Finding, without_allowed

FACES = ("api", "web", "fhir")
# Whose rows are somebody's: a face reaches them through what `appointments.permissions` answers.
PRIVATE = frozenset(
    {"Patient", "PatientMerge", "Appointment", "AppointmentChange", "Hold", "Series", "WaitlistEntry", "WaitlistOffer"}
    | {"AuditEvent", "AuditSeal", "Token"}
)
NARROWING = frozenset({"visible_to", "within_reach", "covers"})
BY_KEY = frozenset({"pk", "id", "pk__in", "id__in"})
LOGGING = frozenset({"debug", "info", "warning", "error", "critical", "exception", "log"})
# What a request holds that could be about somebody.
OF_REQUESTS = frozenset(
    {"data", "body", "POST", "GET", "FILES", "META", "COOKIES", "headers", "query_params", "path", "path_info"}
    | {"get_full_path", "build_absolute_uri", "validated_data", "cleaned_data"}
)
SQL = frozenset({"execute", "executemany", "raw", "extra", "RunSQL", "RawSQL"})
LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

Check = Callable[[ast.Module], Iterator[ast.AST]]


def private_rows(tree: ast.Module) -> Iterator[ast.AST]:
    narrowed = {id(part) for call in _calls(tree) if _name(call.func) in NARROWING for part in ast.walk(call)}
    for call in _calls(tree):
        if id(call) in narrowed:
            continue
        name = _name(call.func)
        looked_up = name == "get" or (name == "filter" and any(word.arg in BY_KEY for word in call.keywords))
        if looked_up and isinstance(call.func, ast.Attribute) and _manager_of(call.func.value) in PRIVATE:
            yield call
        if name == "get_object_or_404" and call.args and _manager_of(call.args[0]) in PRIVATE:
            yield call


def sql_text(tree: ast.Module) -> Iterator[ast.AST]:
    for call in _calls(tree):
        if _name(call.func) in SQL and any(_is_put_together(argument) for argument in call.args[:1]):
            yield call


def request_in_log(tree: ast.Module) -> Iterator[ast.AST]:
    for call in _calls(tree):
        if _name(call.func) in LOGGING and isinstance(call.func, ast.Attribute) and "log" in _name(call.func.value):
            told = [*call.args, *(word.value for word in call.keywords)]
            parts = [part for argument in told for part in ast.walk(argument)]
            if any(isinstance(part, ast.JoinedStr) or _name(part) in OF_REQUESTS for part in parts):
                yield call


def marked_safe(tree: ast.Module) -> Iterator[ast.AST]:
    return (call for call in _calls(tree) if _name(call.func) in ("mark_safe", "SafeString", "SafeText"))


def csrf_exempt(tree: ast.Module) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree) if _name(node) == "csrf_exempt")


def own_clock(tree: ast.Module) -> Iterator[ast.AST]:
    for call in _calls(tree):
        if isinstance(call.func, ast.Attribute):
            owner = _name(call.func.value)
            if (owner, call.func.attr) in {
                ("datetime", "now"),
                ("datetime", "utcnow"),
                ("datetime", "today"),
                ("date", "today"),
                ("timezone", "now"),
            }:
                yield call


def service_in_loop(tree: ast.Module) -> Iterator[ast.AST]:
    for loop in ast.walk(tree):
        if isinstance(loop, LOOPS):
            for call in _calls(loop):
                if isinstance(call.func, ast.Attribute) and _name(call.func.value).endswith("services"):
                    yield call


class Rule(NamedTuple):
    """``where`` names the packages that it is about; none is all."""

    check: Check
    sentence: str
    where: tuple[str, ...] = ()
    not_where: tuple[str, ...] = ()


RULES = {
    "private-rows": Rule(
        private_rows,
        "A face reaches somebody's rows through visible_to or within_reach, or it shows them to all.",
        FACES,
    ),
    "sql-text": Rule(sql_text, "SQL is not put together from texts: pass values as parameters.", not_where=("tools",)),
    "request-in-log": Rule(
        request_in_log, "A log line holds nothing of a request, and no f-string: pass what it is about as arguments."
    ),
    "marked-safe": Rule(marked_safe, "HTML is made by templates and format_html, which escape."),
    "csrf-exempt": Rule(csrf_exempt, "No view is exempt from the check against forged requests.", not_where=("tools",)),
    "own-clock": Rule(own_clock, "What time it is, common.clock.now() says.", not_where=("common/clock.py", "tools")),
    "service-in-loop": Rule(
        service_in_loop, "A face calls one service: a verb about many is a service, in one transaction.", FACES
    ),
}


def check(path: PurePath, text: str) -> list[Finding]:
    """What the rules say about a file of the project, by its path in it."""
    tree = ast.parse(text)
    found = [
        Finding(getattr(node, "lineno", 1), name, rule.sentence)
        for name, rule in RULES.items()
        if _is_about(rule, path)
        for node in rule.check(tree)
    ]
    return without_allowed(sorted(set(found)), text)


def _is_about(rule: Rule, path: PurePath) -> bool:
    inside = not rule.where or path.parts[0] in rule.where
    return inside and not any(path.as_posix().startswith(other) for other in rule.not_where)


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(node: ast.AST) -> str:
    """The last part of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _manager_of(node: ast.AST) -> str:
    """The model whose rows an expression begins with: Patient, of Patient.objects.active()."""
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager"):
            return _name(node.value)
        node = node.func if isinstance(node, ast.Call) else node.value
    return _name(node)


def _is_put_together(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return True
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
        and (isinstance(node.func.value, ast.Constant) and isinstance(node.func.value.value, str))
    )
