"""Why a doctor's record or hours were not changed."""

from common.errors import Refused


class EmailTaken(Refused):
    code = "email_taken"
    field = "email"
    message = "A doctor with this e-mail already exists."


class TwoPlacesAtOnce(Refused):
    code = "two_places_at_once"
    message = "These hours put the doctor in two places at once."
