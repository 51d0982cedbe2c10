"""Texts: how names, ids and phone numbers are compared, as people mean them and not as they typed them."""

import hashlib
import re
import unicodedata

import phonenumbers
from django.conf import settings

UNITS = {"day": 24 * 60, "hour": 60, "minute": 1}
LONGEST_SEARCH = 200
PHONE_TEXT = re.compile(r"[\d\s+().\-/]+")


def fingerprint(text: str) -> str:
    """The SHA-256 of ``text``, in hexadecimal: all that is stored of a token, which is random and long."""
    return hashlib.sha256(text.encode()).hexdigest()


def without_nulls(text: str) -> str:
    """``text`` as it can be looked for and stored: PostgreSQL takes no null character in any."""
    return text.replace("\x00", "")


def typed(text: str, most: int = LONGEST_SEARCH) -> str:
    """What somebody has typed into a line to search by, or to say why: tidied, and no longer than ``most``.

    Each word of a search is a condition of its query, and a database refuses thousands of them.
    """
    return without_nulls(text).strip()[:most]


def folded(text: str) -> str:
    """``text`` without case, accents and doubled spaces: "  José  O'NEILL" -> "jose o'neill"."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).casefold().split())


def phone_digits(text: str) -> str:
    """The digits that identify a phone number however it is spelled: international where the country is known.

    With CLINIC_COUNTRY=KE, "0712 345 678", "+254 712-345678" and "00254712345678" are all "254712345678". Without a
    country a national number keeps its digits less the leading zeros, "712345678".
    """
    digits = re.sub(r"\D", "", text)
    spelled = "+" + digits[2:] if digits.startswith("00") else text
    try:
        number = phonenumbers.parse(spelled, settings.CLINIC_COUNTRY or None)
    except phonenumbers.NumberParseException:
        return digits.lstrip("0")
    return f"{number.country_code}{number.national_number}"


class Minutes(int):
    """A length of time that reads as people say it: 90 -> "90 minutes", 120 -> "2 hours", 2880 -> "2 days"."""

    @property
    def spelled(self) -> tuple[int, str]:
        """How many of which unit."""
        unit = next((unit for unit, size in UNITS.items() if self >= size and self % size == 0), "minute")
        return self // UNITS[unit], unit

    def __str__(self) -> str:
        number, unit = self.spelled
        return f"{number} {unit}" if number == 1 else f"{number} {unit}s"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def search_terms(query: str) -> list[list[str]]:
    """What must all be found: for each term the spellings of which one is enough.

    A query that can only be a phone number is one term, so that its spaces do not cut it up.
    """
    query = query.strip()
    if PHONE_TEXT.fullmatch(query) and any(c.isdigit() for c in query) and "@" not in query:
        return [_number_spellings(query)]
    words = dict.fromkeys(folded(query).split())
    terms = [_number_spellings(word) if word.isdigit() else [folded(word)] for word in words]
    # Each is a condition of its own: fifty letters of a name are to cost no more than the name.
    return [term for number, term in enumerate(terms) if not _is_implied(term, terms[:number], terms[number + 1 :])]


def _is_implied(term: list[str], before: list[list[str]], after: list[list[str]]) -> bool:
    """Whether another term finds nothing without ``term``; of two that say the same the first one stays."""
    if any(_follows(term, other) for other in before):
        return True
    return any(_follows(term, other) and not _follows(other, term) for other in after)


def _follows(term: list[str], other: list[str]) -> bool:
    """Whether ``term`` is found wherever the other one is."""
    return all(any(spelling in longer for spelling in term) for longer in other)


def _number_spellings(text: str) -> list[str]:
    """A number may be part of a phone number or of an id: as typed, as bare digits, and as a phone number's end."""
    spellings = [folded(text), re.sub(r"\D", "", text), re.sub(r"\D", "", text).lstrip("0")]
    identified = phone_digits(text)
    if len(identified) > 9:
        spellings.append(identified[-9:])  # the subscriber's digits, where one side has no country code
    return list(dict.fromkeys(spelling for spelling in spellings if spelling))
