"""The demo's patients: always the same ones, so that a second load finds the first one's again."""

from collections.abc import Iterator
from datetime import date
from itertools import chain, count, islice
from random import Random

from django.utils.text import slugify

from appointments.demo.names import SINGULAR, TRADITIONS, Tradition
from patients.models import Patient

PATIENTS = 350
MAIL_HOSTS = ("example.com", "example.org", "example.net")  # reserved: nobody gets this mail

# One number, as people spell it. 0700 000 is nobody's; the foreign blocks are kept for fiction by their regulators.
SPELLINGS = (
    "0700 000 {0:03}",
    "0700000{0:03}",
    "+254 700 000 {0:03}",
    "+254700000{0:03}",
    "0700-000-{0:03}",
    "(0700) 000 {0:03}",
    "00254 700 000{0:03}",
    "254700000{0:03}",
)
# Registered twice: the name as somebody else would have typed it, by the place of the patient in the list.
TWICE = {4: "{family}, {given}", 31: "{given} {family}", 76: "{initial}. {family}"}
ABROAD = ("+44 20 7946 0{0:03}", "+1 (202) 555-0{1:03}", "+61 2 5550 0{0:03}")


def people() -> list[Patient]:
    """Unsaved patients: families first, those with a single name among them, a few deactivated, three known twice."""
    return list(chain.from_iterable(families()))


def families() -> list[list[Patient]]:
    """The same by family: where there are several, the first is the guardian of those who are under age."""
    found: list[list[Patient]] = []
    everybody = _families()
    while (left := PATIENTS - len(TWICE) - sum(map(len, found))) > 0:
        found.append(list(islice(next(everybody), left)))
    patients = list(chain.from_iterable(found))
    return [*found, *([_again(patients[place], pattern)] for place, pattern in TWICE.items())]


def _families() -> Iterator[list[Patient]]:
    rng = Random("the demo's patients")  # noqa: S311 - made up, and the same every time
    numbers = count(1)
    singular = iter(SINGULAR)
    while True:
        tradition = rng.choice(TRADITIONS)
        family = rng.choice(tradition.family)
        names = _family(rng, tradition, family, size=rng.choice((1, 1, 1, 1, 2, 3, 4)))
        if rng.random() < 0.1:
            names = [next(singular, names[0])]
        first = next(numbers)
        mail = _mail(rng, names[0], first) if rng.random() < 0.85 else ""
        named = zip([first, *islice(numbers, len(names) - 1)], names, strict=True)
        yield [_known(_patient(rng, name, number, mail), number, child=number > first) for number, name in named]


def is_under_age(patient: Patient) -> bool:
    """Of the demo's patients; they do not grow up."""
    return patient.date_of_birth is not None and patient.date_of_birth >= date(2010, 1, 1)


def _known(patient: Patient, number: int, *, child: bool) -> Patient:
    """What else the clinic knows, or does not; in families of several, children come after their parent."""
    rng = Random(f"the demo's patient {number}")  # noqa: S311 - made up, and the same every time
    years = (2010, 2024) if child and rng.random() < 0.8 else (1938, 2004)
    if child or rng.random() < 0.8:
        patient.date_of_birth = date(rng.randint(*years), rng.randint(1, 12), rng.randint(1, 28))
    patient.sex = rng.choice(("female", "male", "female", "male", "other", "unknown", ""))
    patient.preferred_language = rng.choice(("en", "sw", "sw-KE", "fr", "ar", "zh-Hant", "", ""))
    patient.contact_preference = rng.choice(("phone", "sms", "sms", "email", "none", ""))
    patient.desk_notes = rng.choice(("Prefers mornings.", "Parks at the side entrance.", *[""] * 12))
    return patient


def _again(patient: Patient, pattern: str) -> Patient:
    given, _, family = patient.full_name.partition(" ")
    phone = patient.phone_number.replace(" ", "")
    return Patient(
        full_name=pattern.format(given=given, family=family, initial=given[0]),
        phone_number=f"{phone[:-3]}-{phone[-3:]}",
        date_of_birth=patient.date_of_birth,
    )


def _family(rng: Random, tradition: Tradition, family: str, *, size: int) -> list[str]:
    given = rng.sample(tradition.given, min(size, len(tradition.given)))
    return [tradition.pattern.format(given=name, family=family) for name in given]


def _patient(rng: Random, name: str, number: int, mail: str) -> Patient:
    spelling = rng.choice(SPELLINGS) if rng.random() < 0.9 else rng.choice(ABROAD)
    return Patient(
        full_name=name,
        email=mail,
        phone_number=spelling.format(number, 100 + number % 100),
        national_id=str(99_000_000 + number * 37) if rng.random() < 0.6 else None,
        insurance_number=f"NHIF9{number:05}" if rng.random() < 0.55 else "",
        active=number % 45 != 0,
    )


def _mail(rng: Random, name: str, number: int) -> str:
    return f"{slugify(name)[:40] or 'family'}.{number}@{rng.choice(MAIL_HOSTS)}"
