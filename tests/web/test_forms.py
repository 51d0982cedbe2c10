"""What all forms of the pages have in common."""

import re
from pathlib import Path

import pytest

from accounts.roles import Role
from tests.factories import make_doctor, make_patient, make_type, set_hours
from tests.web.booking import Booking
from tests.web.clients import text
from tests.web.people import visitor

TEMPLATES = Path(__file__).parents[2] / "web" / "templates"
FORM = re.compile(r"<form\b(.*?)>(.*?)</form>", re.DOTALL)
FIELDS = re.compile(r"{% (field|cell) |web/manage/fields|web/patients/fields")


def test_no_form_leaves_its_errors_to_the_bubbles_of_the_browser() -> None:
    """They are sentences beside the field, in the page's language, which stay until they are read."""
    bubbling = [
        str(path.relative_to(TEMPLATES))
        for path in sorted(TEMPLATES.rglob("*.html"))
        for attributes, inside in FORM.findall(path.read_text())
        if FIELDS.search(inside) and "novalidate" not in attributes
    ]
    assert bubbling == []


@pytest.mark.django_db
def test_who_the_visit_is_for_is_asked_for_beside_the_names() -> None:
    jane = make_patient(full_name="Jane Doe")
    doctor, kind = make_doctor(), make_type(bookable_online=True)
    set_hours(doctor, "mon 08:00-18:00")
    booking = Booking(visitor(Role.PATIENT, patient=jane), kind, "/my/book/")
    booking.take(doctor)
    answer = booking.client.post("/my/book/details/", {})
    assert answer.status_code == 400
    assert '<div class="invalid-feedback">This field is required.</div>' in text(answer)
    assert '<a href="#id_patient_0">' in text(answer)
