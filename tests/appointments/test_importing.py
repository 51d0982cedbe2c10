"""Files of doctors and patients: what is stored, what is refused, and what a second run does."""

import pytest

from doctors.models import Doctor
from patients.models import Patient
from tests.common.test_lines import HIDDEN, NOTHING, TURNED
from tests.factories import make_patient
from tests.files import Import, contents, counts, failed

pytestmark = pytest.mark.django_db


# --- Patients ------------------------------------------------------------------------------------


def test_a_patient_has_all_that_the_file_says(bring: Import) -> None:
    make_patient(full_name="Mary Doe", national_id="M1")
    said = bring(
        "patients",
        "full_name;email;phone_number;national_id;insurance_number;date_of_birth;sex;preferred_language;"
        "contact_preference;desk_notes;guardian_national_id;active\n"
        "  Zoë   Doe ;zoe@example.com;'+254 712 345 678;ab 12;NHIF1;2019-05-29;Female;sw-KE;sms;Calls her Zo;m 1;no\n",
    )
    assert said == counts("patients", created=1)
    zoe = Patient.objects.get(national_id="AB12")
    assert (zoe.full_name, zoe.email, zoe.phone_number, zoe.insurance_number) == (
        "Zoë Doe",
        "zoe@example.com",
        "+254 712 345 678",
        "NHIF1",
    )
    assert (str(zoe.date_of_birth), zoe.sex, zoe.preferred_language, zoe.contact_preference) == (
        "2019-05-29",
        "female",
        "sw-KE",
        "sms",
    )
    assert (zoe.desk_notes, zoe.guardian.full_name, zoe.active) == ("Calls her Zo", "Mary Doe", False)


def test_a_second_run_changes_nothing(bring: Import) -> None:
    text = "full_name,phone_number,national_id\nJane Doe,0712345678,\nJoe Doe,0712345678,A1\n"
    assert bring("patients", text) == counts("patients", created=2)
    before = contents()
    assert bring("patients", text) == counts("patients", unchanged=2)
    assert contents() == before


def test_a_patient_is_known_by_the_national_id(bring: Import) -> None:
    jane = make_patient(full_name="Jane", national_id="A1", email="jane@example.com")
    assert bring("patients", "full_name,phone_number,national_id,email\nJane Doe,0799999999,a 1,\n") == counts(
        "patients", updated=1
    )
    jane.refresh_from_db()
    assert (jane.full_name, jane.phone_number) == ("Jane Doe", "0799999999")
    assert jane.email == "jane@example.com"  # a blank cell takes nothing away


def test_a_patient_is_known_by_name_and_phone_number_in_any_spelling(bring: Import) -> None:
    jose = make_patient(full_name="José Doe", phone_number="0712 345 678")
    assert bring("patients", "full_name,phone_number,email\njose  doe,+254712345678,jose@example.com\n") == counts(
        "patients", updated=1
    )
    jose.refresh_from_db()
    assert (jose.full_name, jose.email) == ("jose doe", "jose@example.com")


def test_a_namesake_is_another_patient(bring: Import) -> None:
    """Another national id or another birthday tells them apart, whatever the name and the phone number."""
    make_patient(full_name="Jane", phone_number="0712345678", national_id="A1", date_of_birth="2000-01-01")
    text = (
        "full_name,phone_number,national_id,date_of_birth\nJane,0712345678,A2,2010-01-01\nJane,0712345678,,1970-01-01\n"
    )
    assert bring("patients", text) == counts("patients", created=2)
    assert bring("patients", text) == counts("patients", unchanged=2)


def test_a_patient_who_may_be_one_of_two_is_refused(bring: Import) -> None:
    for _ in range(2):
        make_patient(full_name="Jane", phone_number="0712345678")
    assert bring("patients", "full_name,phone_number\nJane,0712345678\n") == (
        "Row 2, national_id: 2 patients have this name and phone number: give the national id or the date of birth.\n"
        + counts("patients", refused=1)
        + failed(1)
    )


def test_a_national_id_that_was_missing_is_filled_in(bring: Import) -> None:
    jane = make_patient(full_name="Jane", phone_number="0712345678")
    text = "full_name,phone_number,national_id\nJane,0712345678,A1\n"
    assert bring("patients", text) == counts("patients", updated=1)
    jane.refresh_from_db()
    assert jane.national_id == "A1"


def test_a_patient_twice_in_a_file_is_stored_once(bring: Import) -> None:
    text = "full_name,phone_number,national_id\n" + "Jane,0712345678,\nJoe,0712345678,A1\n" * 2
    assert bring("patients", text) == counts("patients", created=2, unchanged=2)


@pytest.mark.parametrize(
    ("name", "sentence"), [("Jane\x1bDoe", HIDDEN), ("Jane\u202eDoe", TURNED), ("\u200b\u3164", NOTHING)]
)
def test_a_row_with_a_name_that_cannot_be_seen_is_refused(bring: Import, name: str, sentence: str) -> None:
    assert bring("patients", f"full_name,phone_number\n{name},0712345678\n") == (
        f"Row 2, full_name: {sentence}\n" + counts("patients", refused=1) + failed(1)
    )
    assert Patient.objects.count() == 0


def test_a_record_that_was_merged_away_is_left_alone(bring: Import) -> None:
    kept, merged = make_patient(full_name="Jane Doe"), make_patient(full_name="Jayne Doe", national_id="A1")
    Patient.objects.filter(pk=merged.pk).update(merged_into=kept, active=False)
    before = contents()
    assert bring("patients", "full_name,phone_number,national_id\nJayne,0712345678,A1\n") == counts(
        "patients", unchanged=1
    )
    assert contents() == before


def test_a_child_may_follow_its_guardian_in_the_file(bring: Import) -> None:
    text = "full_name,phone_number,national_id,guardian_national_id\nMary,0712345678,M1,\nZoë,0712345678,,m1\n"
    assert bring("patients", text) == counts("patients", created=2)
    assert Patient.objects.get(full_name="Zoë").guardian.full_name == "Mary"


def test_bad_rows_are_reported_and_the_good_ones_stored(bring: Import) -> None:
    make_patient(full_name="Mary", national_id="M1")
    said = bring(
        "patients",
        "full_name,phone_number,email,date_of_birth,sex,guardian,active,preferred_language\n"
        "Jane,0712345678,,,,,,\n"
        ",12,nobody,29/05/2019,f,,maybe,?\n"
        "Joe,0712345678,,2019-02-30,,99999999999999999999,,\n"
        "Jim\n"
        f"Jo,0712345678,,3000-01-01,,,,\n"
        f"{'x' * 201},0712345678,,,,,,\n"
        "Joan,0712345678,,,,12345678,,\n",
    )
    assert said == (
        "Row 3, full_name: This field cannot be blank.\n"
        "Row 3, email: Enter a valid email address.\n"
        "Row 3, phone_number: Enter a phone number, such as 0712 345 678 or +254 712 345 678.\n"
        "Row 3, date_of_birth: Enter a date such as 2026-05-29.\n"
        "Row 3, sex: Choose from: male, female, other, unknown.\n"
        "Row 3, preferred_language: Enter a language tag (BCP 47), such as en, sw-KE or zh-Hant.\n"
        "Row 3, active: Enter true or false.\n"
        "Row 4, date_of_birth: This is not a day of the calendar.\n"
        "Row 5: The row has 1 cells, the header 8 columns.\n"
        "Row 6, date_of_birth: A date of birth cannot be in the future.\n"
        "Row 7, full_name: Ensure this value has at most 200 characters (it has 201).\n"
        "Row 8, guardian: There is nobody with this id.\n" + counts("patients", created=1, refused=6) + failed(6)
    )
    assert list(Patient.objects.order_by("id").values_list("full_name", flat=True)) == ["Mary", "Jane"]


def test_no_report_repeats_what_a_row_says(bring: Import) -> None:
    secret = "Hepatitis"
    header = "full_name,phone_number,email,date_of_birth,sex,guardian,active,preferred_language,contact_preference\n"
    said = bring("patients", header + ",".join([secret] * 9) + "\n")
    assert said.count("Row 2") == 7
    assert secret not in said


def test_unknown_and_missing_columns_are_refused_with_those_that_are_known(bring: Import) -> None:
    assert bring("doctors", "full_name,email,telephone\nA,a@b.test,1\n") == (
        "! Unknown in the first row: column 3. Missing: specialization. Known columns: full_name, email, "
        "specialization, default_duration_minutes, active. May be there, but are not read: id, created_at, "
        "updated_at.\n"
    )


# --- Doctors -------------------------------------------------------------------------------------


def test_a_doctor_is_known_by_the_email(bring: Import) -> None:
    text = "full_name,email,specialization,default_duration_minutes\nGrace,{},Cardiology,{}\n"
    assert bring("doctors", text.format("Grace@clinic.test", "")) == counts("doctors", created=1)
    assert bring("doctors", text.format("GRACE@clinic.test", "20")) == counts("doctors", updated=1)
    assert bring("doctors", text.format("GRACE@clinic.test", "20")) == counts("doctors", unchanged=1)
    doctor = Doctor.objects.get()
    assert (doctor.email, doctor.default_duration_minutes) == ("Grace@clinic.test", 20)
    assert doctor.weekly_hours.count() == 5  # as any new doctor's


def test_a_bad_doctor_is_reported(bring: Import) -> None:
    said = bring("doctors", "full_name,email,specialization,default_duration_minutes\nGrace,grace,,1.5\nG,,GP,0\n")
    assert said == (
        "Row 2, email: Enter a valid email address.\n"
        "Row 2, specialization: This field cannot be blank.\n"
        "Row 2, default_duration_minutes: Enter a whole number.\n"
        "Row 3, email: This field cannot be blank.\n"
        "Row 3, default_duration_minutes: Ensure this value is greater than or equal to 1.\n"
        + counts("doctors", refused=2)
        + failed(2)
    )
