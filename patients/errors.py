"""Why a patient's record was not changed."""

from common.errors import Conflict, Refused


class NationalIdTaken(Refused):
    code = "national_id_taken"
    field = "national_id"
    message = "A patient with this national id is already registered."


class OwnGuardian(Refused):
    code = "own_guardian"
    field = "guardian"
    message = "Nobody is their own guardian, nor that of somebody who is theirs. Choose another guardian."


class GuardianMerged(Refused):
    code = "guardian_merged"
    field = "guardian"
    message = "This record was merged into patient {kept}. Name that one."

    def __init__(self, kept: int) -> None:
        super().__init__(words={"kept": kept})


class GuardianErased(Refused):
    code = "guardian_erased"
    field = "guardian"
    message = "The data of this patient was erased. Name somebody else."


class TooManyGuardians(Refused):
    code = "too_many_guardians"
    field = "guardian"
    message = "This line of guardians of guardians is too long: ten at most."


class RecordMerged(Conflict):
    """What was asked for is now part of another record: ``details["merged_into"]``."""

    code = "record_merged"
    message = "This record was merged into patient {kept}. Use that one."

    def __init__(self, kept: int) -> None:
        super().__init__(words={"kept": kept}, merged_into=kept)


class SameRecord(Refused):
    code = "same_record"
    field = "duplicate"
    message = "A record cannot be merged with itself."


class MergedElsewhere(Refused):
    code = "merged_elsewhere"
    field = "duplicate"
    message = "This record was merged into patient {kept} already."

    def __init__(self, kept: int) -> None:
        super().__init__(words={"kept": kept})


class OneGuardsTheOther(Refused):
    code = "one_guards_the_other"
    field = "duplicate"
    message = "One of them is the guardian of the other, so they are two people. Correct the guardian first."


class AlreadyErased(Conflict):
    code = "record_erased"
    message = "This patient's data was erased. There is no way back; register them anew."


class LegalHold(Conflict):
    code = "legal_hold"
    message = "This record is under a legal hold. End the hold before the data is erased."


class VisitsToCome(Conflict):
    """``details["appointments"]`` names up to a hundred of them."""

    code = "visits_to_come"

    def __init__(self, appointments: list[int]) -> None:
        message = "This patient has visits to come. Cancel them before the data is erased."
        super().__init__(message, appointments=appointments)
