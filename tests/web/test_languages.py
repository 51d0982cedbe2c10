"""In which language an answer is, and that French says everything that English does."""

import ast
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from accounts.models import User
from appointments.errors import ImpossibleTransition, PastCutOff, SlotTaken, TooFarAhead
from common.text import Minutes
from tests.factories import book, make_doctor, make_patient, make_type
from tests.web.booking import Booking
from tools import messages
from web import days
from web.refusals import words

FRENCH = {"Accept-Language": "fr"}

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return answer.content.decode()


# --- The catalogue -----------------------------------------------------------------------------------


def test_everything_that_pages_say_is_translated() -> None:
    """If this fails: `make messages`, write what it lists into the catalogue, and run it again."""
    catalog = messages.updated(messages.read("fr"), "fr")
    assert messages.untranslated(catalog) == []


def test_nothing_is_translated_that_nobody_says() -> None:
    said = {text if isinstance(text, str) else text[0] for text, _ in messages.collected()}
    kept = {m.id if isinstance(m.id, str) else m.id[0] for m in messages.read("fr") if m.id}
    assert kept - said == set()


def test_whatever_translates_goes_by_a_name_that_is_collected() -> None:
    """By another one, its texts would be in no catalogue, and English in every language."""
    imported = {
        one.asname or one.name
        for package in messages.PACKAGES
        for path in (messages.ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for one in node.names
        if "gettext" in one.name
    }
    assert imported - messages.KEYWORDS.keys() == set()


def test_what_django_loads_is_what_the_catalogue_says() -> None:
    path = messages.folder("fr") / "django.mo"
    assert path.read_bytes() == messages.compiled(messages.read("fr"))


def test_translations_have_the_gaps_of_their_originals() -> None:
    broken = [str(message.id) for message in messages.read("fr") if message.id and gaps_differ(message)]
    assert broken == []


def gaps_differ(message: Any) -> bool:
    def gaps(said: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)[sd]|\{\w+(?:!r)?\}", said))

    originals = [message.id] if isinstance(message.id, str) else list(message.id)
    said = [message.string] if isinstance(message.string, str) else list(message.string)
    allowed = set().union(*map(gaps, originals))
    needed = gaps(originals[0]) if len(originals) == 1 else set()
    return any(gaps(one) - allowed or needed - gaps(one) for one in said)


# --- Which language ----------------------------------------------------------------------------------


def test_a_page_is_in_the_browsers_language(client: Client) -> None:
    page = client.get("/book/", headers=FRENCH)
    assert '<html lang="fr">' in text(page)
    assert "Rien ne peut être réservé en ligne pour le moment." in text(page)
    assert page.headers["Content-Language"] == "fr"


def test_a_language_that_pages_do_not_have_is_english(client: Client) -> None:
    assert '<html lang="en">' in text(client.get("/book/", headers={"Accept-Language": "tlh"}))


def test_the_switch_in_the_foot_is_remembered(client: Client) -> None:
    answer = client.post("/language/", {"language": "fr", "next": "/book/"})
    assert answer.headers["Location"] == "/book/"
    assert '<html lang="fr">' in text(client.get("/book/", headers={"Accept-Language": "en"}))


def test_the_switch_leads_to_no_other_host(client: Client) -> None:
    answer = client.post("/language/", {"language": "fr", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_a_patients_own_language_counts_unless_the_switch_was_used(client: Client) -> None:
    jane = make_patient(preferred_language="fr-CA", user=User.objects.create_user("jane", role="patient"))
    client.force_login(jane.user)
    assert '<html lang="fr">' in text(client.get("/my/", headers={"Accept-Language": "en"}))
    client.post("/language/", {"language": "en"})
    assert '<html lang="en">' in text(client.get("/my/"))


def test_a_record_in_another_language_than_pages_have_changes_nothing(client: Client) -> None:
    jane = make_patient(preferred_language="sw-KE", user=User.objects.create_user("jane", role="patient"))
    client.force_login(jane.user)
    assert '<html lang="fr">' in text(client.get("/my/", headers=FRENCH))


def test_staff_see_the_language_of_their_browser_whatever_their_record_as_patients_says(client: Client) -> None:
    jane = make_patient(preferred_language="fr", user=User.objects.create_user("jane", role="receptionist"))
    client.force_login(jane.user)
    assert '<html lang="en">' in text(client.get("/", headers={"Accept-Language": "en"}))


# --- Days --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ["17 Jun 1984", "Tue 3 Mar 2026", "Tue 3 Mar"]),
        ("fr", ["17 juin 1984", "mar. 3 mars 2026", "mar. 3 mars"]),
    ],
)
def test_a_short_day_is_written_as_its_language_writes_it(language: str, written: list[str]) -> None:
    """Django's own French is "17 Jui 1984", which might be July, and "mar 3 Mar"."""
    june, tuesday = date(1984, 6, 17), date(2026, 3, 3)
    with translation.override(language):
        assert [days.short_date(june), days.short_day(tuesday), days.short_day_of_year(tuesday)] == written


def test_templates_cut_no_month_short_by_themselves() -> None:
    templates = Path(days.__file__).parent.rglob("*.html")
    assert [path.name for path in templates if re.search(r"""date:["'][^"']*M""", path.read_text())] == []


def test_refused_password_is_told_in_french(client: Client) -> None:
    client.force_login(User.objects.create_user("jane", password="correct horse", role="receptionist"))
    answer = client.post("/accounts/password/change/", {"oldpassword": "wrong"}, headers=FRENCH)
    assert "Ce n’est pas votre mot de passe actuel." in text(answer)


def test_colon_of_a_summary_is_spaced_as_in_french(client: Client) -> None:
    client.force_login(User.objects.create_user("desk", role="receptionist"))
    answer = client.post("/patients/new/", {"full_name": "Jane"}, headers=FRENCH)
    assert "Numéro de téléphone : Ce champ" in text(answer).replace("\u00a0", " ").replace("\u202f", " ")


# --- What stays English ------------------------------------------------------------------------------


def test_the_api_speaks_english_to_everybody(api: APIClient) -> None:
    doctor = make_doctor()
    taken = book("2026-03-02 10:00", doctor=doctor)
    asked = {"patient": make_patient().pk, "doctor": doctor.pk, "appointment_time": taken.start.isoformat()}
    answers = [
        api.post("/api/appointments/", asked, headers=FRENCH),
        api.post("/api/patients/", {"full_name": "", "phone_number": "call me"}, headers=FRENCH),
        api.get("/api/patients/999999/", headers=FRENCH),
        APIClient().get("/api/patients/", headers=FRENCH),
        APIClient().post("/api-token-auth/", {"username": "nobody", "password": "wrong"}, headers=FRENCH),
    ]
    assert [answer.json() for answer in answers] == [
        {"non_field_errors": ["This doctor is already booked at that time."]},
        {
            "full_name": ["This field may not be blank."],
            "phone_number": ["Enter a phone number, such as 0712 345 678 or +254 712 345 678."],
        },
        {"detail": "Not found."},
        {"detail": "Authentication credentials were not provided."},
        {"non_field_errors": ["Unable to log in with provided credentials."]},
    ]
    assert [answer.headers.get("Content-Language") for answer in answers] == [None] * 5


def test_a_cookie_does_not_translate_the_api(client: Client) -> None:
    client.post("/language/", {"language": "fr"})
    assert client.get("/api/patients/").json() == {"detail": "Authentication credentials were not provided."}


def test_the_admin_is_english(client: Client, user: User) -> None:
    client.force_login(user)
    page = text(client.get("/admin/", headers=FRENCH))
    assert '<html lang="en' in page
    assert "Site administration" in page


# --- Refusals ----------------------------------------------------------------------------------------


def test_a_refusal_is_told_in_the_language_of_the_page() -> None:
    errors = [SlotTaken(), PastCutOff(Minutes(1440)), PastCutOff(Minutes(120)), TooFarAhead(date(2026, 3, 5))]
    until = "Les patients peuvent déplacer ou annuler ce rendez-vous jusqu’à {} avant. Veuillez appeler le cabinet."
    with translation.override("fr"):
        assert [words(error) for error in errors] == [
            "Ce médecin est déjà pris à cette heure.",
            until.format("1 jour"),
            until.format("2 heures"),
            "Ce type de rendez-vous peut être pris jusqu’au 5 mars 2026.",
        ]
    assert errors[1].message == (
        "Patients can move or cancel this visit until 1 day before it. Please call the clinic."
    )


def test_states_in_a_refusal_are_called_as_on_their_badges() -> None:
    error = ImpossibleTransition(current="completed", wanted="cancelled", allowed=[])
    with translation.override("fr"):
        assert words(error).startswith("Ce rendez-vous est terminé et ne peut pas devenir annulé.")
    with translation.override("en"):
        assert words(error).startswith("This appointment is done and cannot become cancelled.")
    assert error.message.startswith("This appointment is completed and cannot become cancelled.")


def test_undoing_a_step_is_not_called_what_cancelling_is() -> None:
    with translation.override("fr"):
        told = [translation.gettext(text) for text in ("Cancel", "Cancelled", "Undo", "Undo the last change")]
        taken_back = translation.gettext("Taken back. %(patient)s: %(status)s.")
    assert told == ["Annuler", "Annulé", "Défaire", "Défaire la dernière modification"]
    assert taken_back % {"patient": "Jane", "status": "Prévu"} == "Étape défaite. Jane : Prévu."


def test_the_whole_way_of_a_booking_is_french(client: Client) -> None:
    doctor, kind = make_doctor(), make_type(name="Consultation")
    client.post("/language/", {"language": "fr"})
    visitor = Booking(client, kind)
    assert "Quand souhaitez-vous venir ?" in text(visitor.times())
    assert "Lundi 2 mars 2026" in text(visitor.times())
    visitor.take(doctor)
    refused = visitor.enter(phone_number="moi", agreed="")
    assert refused.context["form"].errors == {
        "phone_number": ["Saisissez un numéro de téléphone, par exemple 0712 345 678 ou +254 712 345 678."],
        "agreed": ["Sans cela, le cabinet ne peut pas vous réserver le rendez-vous."],
    }
    visitor.enter(date_of_birth="1990-01-31")
    assert "31 janvier 1990" in text(visitor.check())
    done = client.get(visitor.confirm().headers["Location"])
    assert "Votre rendez-vous est réservé" in text(done)


def test_a_date_that_begins_a_line_has_a_capital(client: Client) -> None:
    jane = make_patient(preferred_language="fr", user=User.objects.create_user("jane", role="patient"))
    client.force_login(jane.user)
    book("2026-03-02 10:00", patient=jane)
    assert ">Lundi 2 mars 2026, <time" in text(client.get("/my/"))


def test_so_has_a_time_that_was_lost_and_those_that_are_offered_instead(
    client: Client, clock: time_machine.Traveller
) -> None:
    doctor = make_doctor()
    client.post("/language/", {"language": "fr"})
    visitor = Booking(client, make_type(name="Consultation"))
    visitor.take(doctor)
    clock.shift(timedelta(minutes=11))
    book("2026-03-02 10:00", doctor=doctor)
    page = text(client.get("/book/lost/"))
    assert ">Lundi 2 mars 2026, 10:00 " in page
    assert page.count(">Lundi 2 mars 2026, <time") == 3
