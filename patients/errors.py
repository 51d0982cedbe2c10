"""Why a patient's record was not changed."""

from common.errors import Refused


class NationalIdTaken(Refused):
    code = "national_id_taken"
    field = "national_id"
    message = "A patient with this national id is already registered."
