"""As whose record somebody signs in."""

import pytest

from accounts.roles import Role
from appointments import linking
from appointments.errors import RecordTaken, WrongRole
from appointments.merging import merge
from patients.errors import RecordMerged
from tests.factories import make_doctor, make_patient, make_user

pytestmark = pytest.mark.django_db


def test_a_doctor_signs_in_as_their_record() -> None:
    user, doctor = make_user(Role.DOCTOR), make_doctor()
    assert linking.lacks_record(user)
    linking.link(user, doctor)
    doctor.refresh_from_db()
    assert doctor.user == user
    assert not linking.lacks_record(user)


def test_a_user_signs_in_as_one_person() -> None:
    user, before, after = make_user(Role.PATIENT), make_patient(), make_patient()
    linking.link(user, before)
    linking.link(user, after)
    for record in (before, after):
        record.refresh_from_db()
    assert (before.user, after.user) == (None, user)
    linking.unlink(user)
    assert linking.lacks_record(user)


def test_the_role_has_to_fit() -> None:
    with pytest.raises(WrongRole, match="has the role Doctor"):
        linking.link(make_user(Role.PATIENT), make_doctor())
    with pytest.raises(WrongRole, match="has the role Patient"):
        linking.link(make_user(), make_patient())


def test_nobody_takes_over_anothers_record() -> None:
    doctor = make_doctor()
    linking.link(make_user(Role.DOCTOR), doctor)
    with pytest.raises(RecordTaken):
        linking.link(make_user(Role.DOCTOR), doctor)


def test_nobody_signs_in_as_a_merged_record() -> None:
    kept, duplicate = make_patient(), make_patient()
    merge(kept, duplicate)
    with pytest.raises(RecordMerged):
        linking.link(make_user(Role.PATIENT), duplicate)


def test_who_signed_in_as_a_merged_record_signs_in_as_the_one_that_was_kept() -> None:
    kept, duplicate = make_patient(), make_patient()
    user = make_user(Role.PATIENT, patient=duplicate)
    merge(kept, duplicate)
    for record in (kept, duplicate):
        record.refresh_from_db()
    assert (kept.user, duplicate.user) == (user, None)


def test_of_two_users_the_kept_records_stays() -> None:
    kept, duplicate = make_patient(), make_patient()
    user = make_user(Role.PATIENT, patient=kept)
    other = make_user(Role.PATIENT, patient=duplicate)
    merge(kept, duplicate)
    for record in (kept, duplicate):
        record.refresh_from_db()
    assert (kept.user, duplicate.user) == (user, None)
    assert linking.lacks_record(other)
