"""The public holidays of the world's countries, as the library `holidays` knows them."""

from datetime import date
from typing import TYPE_CHECKING

from clinics.errors import UnknownCountry, UnknownSubdivision, UnknownYear

if TYPE_CHECKING:
    from holidays import HolidayBase

LONGEST_NAME = 200


def public_holidays(country: str, year: int, *, subdivision: str = "") -> dict[date, str]:
    """The public holidays of a country, and of one part of it, by local date, in order; named in its own language.

    ``country`` is an ISO 3166-1 code of two letters, ``subdivision`` a code or name that the library has for it, both
    in any case. Raises UnknownCountry, UnknownSubdivision and UnknownYear.
    """
    import holidays  # noqa: PLC0415 - heavy, and rarely needed

    code = country.strip().upper()
    supported = holidays.list_supported_countries(include_aliases=False)
    if code not in supported:
        raise UnknownCountry(country)
    usual = holidays.country_holidays(code)
    calendar = holidays.country_holidays(
        code,
        years=year,
        subdiv=_subdivision(usual, subdivision, supported[code]),
        language=usual.default_language,  # otherwise the server's environment chooses
    )
    if not calendar:
        raise UnknownYear(code, year)
    return {day: calendar[day][:LONGEST_NAME] for day in sorted(calendar)}


def _subdivision(calendar: "HolidayBase", wanted: str, known: list[str]) -> str | None:
    if not wanted.strip():
        return None
    aliases = calendar.get_subdivision_aliases()
    names = {name.casefold(): code for code in known for name in (code, *aliases.get(code, ()))}
    try:
        return names[wanted.strip().casefold()]
    except KeyError:
        raise UnknownSubdivision(calendar.country, wanted, known) from None
