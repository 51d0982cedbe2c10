"""What to do with the clinic once it is loaded: where to look, as whom, and a booking to copy and paste."""

from datetime import datetime, timedelta

from accounts.models import User
from accounts.roles import Right, may
from appointments.demo.load import LOGINS, Loaded, Login
from appointments.finding import Search, Slot, find_slots
from appointments.models import Appointment
from doctors.models import Doctor
from patients.models import Patient
from scheduling.intervals import Interval

PAGES = (
    ("/book/", "book as a visitor"),
    ("/swagger/", "try the API"),
    ("/redoc/", "read about it"),
    ("/admin/", "look behind it"),
)
TIME_TO_PASTE = timedelta(hours=1)
LOOK_AHEAD = timedelta(days=60)


def guide(loaded: Loaded, *, address: str, now: datetime) -> str:
    """The text that the command ends with. ``address`` is the server's, without a slash at its end."""
    lines = [
        f"New: {loaded.doctors} doctors, {loaded.patients} patients, {loaded.visits} appointments.",
        "",
        "Start the server with `python manage.py runserver`, then open",
        *(f"  {address + page:<34} to {purpose}" for page, purpose in PAGES),
        "",
        "Log in as",
    ]
    working = []
    for login in LOGINS:
        user = User.objects.get(username=login.username)
        kept = user.check_password(login.password)
        password = login.password if kept else "(with the password that you gave it)"
        who = "superuser" if login.superuser else login.role
        lines.append(f"  {login.username:<10} {password:<17} {who}")
        working += [login] if kept and may(user, Right.REGISTER_PATIENTS) else []
    offer = first_offer(now)
    if working and offer:
        lines += ["", "Book an appointment:", "", *booking(working[-1], *offer, address=address)]
    return "\n".join(lines)


def first_offer(now: datetime) -> tuple[Slot, Patient] | None:
    """The first slot that leaves time to read and paste, and a patient who can have it."""
    doctors = list(Doctor.objects.active())
    since = now + TIME_TO_PASTE
    for slot in find_slots(Search(doctors, since=since, until=since + LOOK_AHEAD, now=now, limit=1)):
        busy = Appointment.objects.blocking().overlapping(Interval(slot.start, slot.end))
        patient = Patient.objects.active().exclude(appointments__in=busy).order_by("id").first()
        return (slot, patient) if patient else None
    return None


def booking(login: Login, slot: Slot, patient: Patient, *, address: str) -> list[str]:
    """Two shell commands: get a token, book ``slot`` with it."""
    json = "-H 'Content-Type: application/json'"
    start = f"{slot.start:%Y-%m-%dT%H:%M:%S}Z"
    body = f'{{"patient": {patient.pk}, "doctor": {slot.doctor.pk}, "appointment_time": "{start}"}}'
    who = f'{{"username": "{login.username}", "password": "{login.password}"}}'
    return [
        f"TOKEN=$(curl -s {address}/api-token-auth/ {json} -d '{who}' | grep -oE '[0-9a-f]{{40}}')",
        f"curl -s {address}/api/appointments/ -H \"Authorization: Token $TOKEN\" {json} -d '{body}'",
    ]
