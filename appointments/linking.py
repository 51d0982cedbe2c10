"""As whose record somebody signs in: `Doctor.user` and `Patient.user`, changed only here.

It is above `accounts`, which knows neither doctors nor patients. A doctor without a record, and a patient without one,
may sign in and see nobody.
"""

from accounts.models import User
from accounts.roles import Role
from appointments.errors import RecordTaken, WrongRole
from common import trail
from common.transactions import atomic
from doctors import feeds
from doctors.models import Doctor
from patients.errors import AlreadyErased, RecordMerged
from patients.models import Patient

ROLES: dict[type[Doctor | Patient], Role] = {Doctor: Role.DOCTOR, Patient: Role.PATIENT}


@atomic
def link(user: User, record: Doctor | Patient) -> None:
    """Let ``user`` sign in as the person of ``record``, and as nobody else any more.

    Raises WrongRole where the role is another, RecordTaken where somebody else signs in as them, RecordMerged and
    AlreadyErased.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.role != ROLES[type(record)]:
        raise WrongRole(ROLES[type(record)].label)
    current = type(record)._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=record.pk)
    if isinstance(current, Patient) and current.merged_into_id:
        raise RecordMerged(current.merged_into_id)
    if isinstance(current, Patient) and current.erased_at:
        raise AlreadyErased
    if current.user_id not in (None, user.pk):
        raise RecordTaken
    unlink(user, but=current)
    if current.user_id is None:
        _end_feed(current)
        type(record)._default_manager.filter(pk=record.pk).update(user=user)
        trail.changed_to(current, user=(None, user.pk))
    record.user = user


@atomic
def unlink(user: User, *, but: Doctor | Patient | None = None) -> None:
    """Let ``user`` sign in as nobody's record, ``but`` perhaps this one's."""
    for kind in ROLES:
        for record in kind._default_manager.filter(user=user):
            if record != but:
                _end_feed(record)
                kind._default_manager.filter(pk=record.pk).update(user=None)
                trail.changed_to(record, user=(user.pk, None))


def _end_feed(record: Doctor | Patient) -> None:
    """The address of a doctor's calendar is known to who signed in as them, and to nobody who comes after."""
    if isinstance(record, Doctor):
        feeds.revoke(record)


def lacks_record(user: User) -> bool:
    """Whether the role sees nobody, because it goes by a record and there is none."""
    kind = next((kind for kind, role in ROLES.items() if role == user.role), None)
    return kind is not None and not kind._default_manager.filter(user=user).exists()
