"""Why something of the clinic's was not added or changed."""

from collections.abc import Iterable

from common.errors import Conflict, Refused


class UnknownTimeZone(Refused):
    code = "unknown_time_zone"
    field = "time_zone"


class LastLocation(Refused):
    code = "last_location"
    field = "active"
    message = "A clinic keeps at least one active location. Open another one first."


class LocationNameTaken(Refused):
    code = "location_name_taken"
    field = "name"
    message = "A location with this name already exists."


class RoomNameTaken(Refused):
    code = "room_name_taken"
    field = "name"
    message = "This location already has a room with this name."


class RoomStays(Refused):
    code = "room_stays"
    field = "location"
    message = "A room stays at its location. Deactivate it and add one at the other location."


class TypeNameTaken(Refused):
    code = "type_name_taken"
    field = "name"
    message = "An appointment type with this name already exists."


class HolidayTaken(Refused):
    code = "holiday_taken"
    field = "date"
    message = "This day already is a holiday there. Change that one instead."


class UpsideDown(Refused):
    code = "upside_down"
    field = "end"
    message = "An exception ends after it starts."


class UnknownCountry(Refused):
    code = "unknown_country"
    field = "country"
    message = "No public holidays are known for {country!r}. Use a two-letter country code such as KE."

    def __init__(self, country: str) -> None:
        super().__init__(words={"country": country})


class UnknownSubdivision(Refused):
    code = "unknown_subdivision"
    field = "subdivision"
    message = "{country} has no subdivision {subdivision!r}. Choose from: {known}."
    none_message = "{country} has no subdivision {subdivision!r}. It has none: leave it out."

    def __init__(self, country: str, subdivision: str, known: Iterable[str]) -> None:
        words = {"country": country, "subdivision": subdivision, "known": ", ".join(known)}
        super().__init__(self.message if words["known"] else self.none_message, words=words)


class UnknownYear(Refused):
    code = "unknown_year"
    field = "year"
    message = "No public holidays of {country} are known for {year}."

    def __init__(self, country: str, year: int) -> None:
        super().__init__(words={"country": country, "year": year})


class CalendarChanged(Conflict):
    code = "calendar_changed"
    message = "Somebody else has just changed or removed this. Nothing was changed; read it again."
