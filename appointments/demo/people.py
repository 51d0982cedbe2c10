"""The demo's patients: always the same ones, so that a second load finds the first one's again."""

from collections.abc import Iterator
from itertools import count, islice
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
ABROAD = ("+44 20 7946 0{0:03}", "+1 (202) 555-0{1:03}", "+61 2 5550 0{0:03}")


def people() -> list[Patient]:
    """Unsaved patients: families first, those with a single name among them, a few deactivated."""
    return list(islice(_everybody(), PATIENTS))


def _everybody() -> Iterator[Patient]:
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
        for number, name in zip([first, *islice(numbers, len(names) - 1)], names, strict=True):
            yield _patient(rng, name, number, mail)


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
