"""Why a series was not made or changed."""

from collections.abc import Iterable

from common.errors import Conflict, Refused


class RuleRefused(Refused):
    code = "bad_rule"
    field = "rule"


class NonExistentTime(Refused):
    """The clocks skip the wall time on that date."""

    code = "nonexistent_time"
    field = "appointment_time"


class DatesRefused(Refused):
    """Some dates cannot be, and the series was to be all or nothing; or none can be. A sentence for each."""

    code = "dates_refused"

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = list(sentences)
        super().__init__(" ".join(self.sentences))

    @property
    def messages(self) -> list[str]:
        return self.sentences


class NotInSeries(Refused):
    code = "not_in_series"
    field = "appointment"
    message = "This appointment is not one of the series."


class WhichVisit(Refused):
    code = "which_visit"
    field = "appointment"
    message = "Say which visit of the series is meant."


class NothingToChange(Conflict):
    code = "nothing_to_change"
    message = "No visit of the series that is meant is still to come and scheduled or confirmed."

    def __init__(self) -> None:
        super().__init__(allowed=[])
