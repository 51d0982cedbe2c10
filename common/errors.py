"""The tree of everything that the system refuses to do, for people and for programs.

    DomainError
    ├── Refused      the input or a rule says no: HTTP 400, with the field it is about
    ├── Conflict     not in this state, or somebody was faster: HTTP 409
    │   └── Outdated what the caller has seen is not the newest: HTTP 412
    ├── Busy         nothing is wrong but the moment: HTTP 503, try again
    ├── Unsure       lost during COMMIT, nobody knows: HTTP 503, look first
    └── TooOften     more than one user or address is given: HTTP 429, wait

A subclass says what happened (`SlotTaken`, `InThePast`), carries the sentence that people read and a ``code`` that
programs read. Faces (API, admin, pages) translate; they never reword.
"""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """Something that was asked for did not happen. ``message`` is for people, ``code`` is stable, for programs.

    Where a sentence has gaps, ``{like_this}``, ``words`` fills them. A page that speaks another language than English
    needs both apart: ``template`` is the sentence as the class has it.
    """

    code = "error"
    message = "That cannot be done."

    def __init__(self, message: str | None = None, *, words: Mapping[str, Any] | None = None, **details: Any) -> None:
        self.template = message or self.message
        self.words = words or {}
        self.message = self.template.format(**self.words) if self.words else self.template
        self.details = details
        super().__init__(self.message)


class Refused(DomainError):
    """The request breaks a rule. ``field`` is the API's name of the input at fault, None if no single one is.

    ``about`` is what was judged, for a face that looks for a way out; it is never shown as it is.
    """

    code = "refused"
    field: str | None = None
    about: Any = None

    def __init__(self, message: str | None = None, *, field: str | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.field = field or self.field

    @property
    def messages(self) -> list[str]:
        """A sentence for each thing that is wrong."""
        return [self.message]


class Conflict(DomainError):
    """The thing is not in a state that allows it. ``details`` says what is allowed instead."""

    code = "conflict"


class Outdated(Conflict):
    """Somebody has changed it since the caller read it."""

    code = "version_mismatch"
    message = "Somebody else has changed this since you read it. Read it again and decide anew."


class Busy(DomainError):
    """The database did not get to it in time, after three tries. Nothing was changed."""

    code = "busy"
    message = "The system is busy. Nothing was changed; please try again."
    retry_after_seconds = 1


class Unsure(DomainError):
    """The database went away while a transaction was being committed: nobody can say whether it was."""

    code = "outcome_unknown"
    message = (
        "The database was lost while this was being saved: it was done, or it was not. Look before you send it again, "
        "or send it again with the same Idempotency-Key."
    )
    retry_after_seconds = 1


class TooOften(DomainError):
    """More requests than one user or address is given in a period. Nothing was changed."""

    code = "too_many_requests"
    message = "Too many requests. Wait {seconds} seconds and try again."

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(words={"seconds": retry_after_seconds})
        self.retry_after_seconds = retry_after_seconds
