"""Why a location was not opened or changed."""

from common.errors import Refused


class UnknownTimeZone(Refused):
    code = "unknown_time_zone"
    field = "time_zone"


class LastLocation(Refused):
    code = "last_location"
    field = "active"
    message = "A clinic keeps at least one active location. Open another one first."
