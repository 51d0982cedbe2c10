"""Why an entry of the waiting list was not made or changed, or an offer not answered, in the words that people read."""

from appointments.errors import ChangedMeanwhile, OtherPatient
from common.errors import Conflict, Refused


class NoOffer(Conflict):
    code = "no_offer"
    message = "There is no offer to answer: it was answered, or its time is over."


class EntryChanged(ChangedMeanwhile):
    message = "Somebody else has just changed this entry. Read it again and decide anew."


class EntryUpsideDown(Refused):
    code = "upside_down"
    field = "latest"
    message = "This is before earliest."


class LatestIsOver(Refused):
    code = "in_the_past"
    field = "latest"
    message = "This day is over."


class WaitsForNothing(Refused):
    code = "waits_for_nothing"
    message = "Name a doctor, a specialization or an appointment type to wait for."


class EntryOfAnother(OtherPatient):
    message = "An entry stays with its patient. Take it off the list and make a new one."


class WaitlistOver(Conflict):
    code = "waitlist_over"
    message = "This entry is {status}. Put the patient on the list again."

    def __init__(self, status: str) -> None:
        super().__init__(words={"status": status})
