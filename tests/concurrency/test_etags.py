"""Many change what they have all seen at the same moment: the first does, the others have not seen the newest."""

import pytest

from tests.concurrency.server import Call, Clinic, move, told

pytestmark = pytest.mark.xdist_group("concurrency")

CLIENTS = 32
CHANGED = '{"detail":"Somebody else has changed this since you read it. Read it again and decide anew."}'
CHANGED_MEANWHILE = '{"detail":"Somebody else has just changed this appointment. Read it again and decide anew."}'


def seen(clinic: Clinic, path: str) -> tuple[tuple[str, str], ...]:
    return (("If-Match", clinic.send(Call("GET", path)).headers["ETag"]),)


@pytest.mark.parametrize("kind", ["patients", "doctors"])
def test_of_32_who_change_one_record_with_one_tag_one_does(clinic: Clinic, kind: str) -> None:
    path = f"/api/{kind}/{clinic.patient() if kind == 'patients' else clinic.doctor()}/"
    tag = seen(clinic, path)

    answers = clinic.at_once([Call("PATCH", path, {"full_name": f"Name {n}"}, tag) for n in range(CLIENTS)])

    assert told(answers) == {(200, ""): 1, (412, CHANGED): CLIENTS - 1}
    [winner] = [answer.json()["full_name"] for answer in answers if answer.is_success]
    assert clinic.ask(Call("GET", path))["full_name"] == winner


def test_of_32_who_move_one_visit_with_one_tag_one_does(clinic: Clinic) -> None:
    doctor = clinic.doctor()
    origin, *times = clinic.slots(doctor, 1 + CLIENTS)
    visit = clinic.book(clinic.patient(), doctor, origin)
    tag = seen(clinic, f"/api/appointments/{visit}/")

    calls = [move(visit, time) for time in times]
    answers = clinic.at_once([Call(call.method, call.path, call.body, tag) for call in calls])

    assert [answer.status_code for answer in answers].count(200) == 1
    assert set(told(answers)) <= {(200, ""), (412, CHANGED), (412, CHANGED_MEANWHILE)}
    assert [change["action"] for change in clinic.history(visit)] == ["booked", "moved"]
    assert clinic.booked(doctor) == 1


def test_of_32_who_replace_one_week_with_one_tag_one_does(clinic: Clinic) -> None:
    path = f"/api/doctors/{clinic.doctor()}/hours/"
    tag = seen(clinic, path)
    weeks = [[{"weekday": "mon", "start": f"08:{minute:02}", "end": "12:00"}] for minute in range(CLIENTS)]

    answers = clinic.at_once([Call("PUT", path, week, tag) for week in weeks])

    assert told(answers) == {(200, ""): 1, (412, CHANGED): CLIENTS - 1}
