"""Who works at the demo clinic, when, and what comes in between."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from clinics.models import ExceptionToHours
from scheduling.hours import WEEKDAYS, WeeklyWindow, resolve, start_of_day
from scheduling.intervals import DAY, Interval

Kind = ExceptionToHours.Kind
MAIL_HOST = "demo-clinic.example"


@dataclass(frozen=True, slots=True)
class Post:
    """A doctor and their week: "mon-fri 08:00-12:00 13:00-17:00", several parts separated by commas.

    ``since`` and ``until`` are days from the day of the first load on which the hours begin and end to hold. None for
    ``week`` means the clinic's opening hours. ``branch`` is the week at the second location.
    """

    full_name: str
    mail: str
    specialization: str
    week: str | None
    minutes: int = 30
    since: int | None = None
    until: int | None = None
    branch: str = ""

    @property
    def email(self) -> str:
        return f"{self.mail}@{MAIL_HOST}"

    def windows(self, week: str, today: date) -> Iterator[WeeklyWindow]:
        valid_from = None if self.since is None else today + self.since * DAY
        valid_until = None if self.until is None else today + self.until * DAY
        for part in filter(None, week.split(",")):
            days, *hours = part.split()
            first, _, last = days.partition("-")
            for weekday in range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1):
                for text in hours:
                    start, end = map(time.fromisoformat, text.split("-"))
                    yield WeeklyWindow(weekday, start, end, valid_from, valid_until)


POSTS = (
    Post("Wanjiru Kamau", "kamau", "General Practice", "mon-fri 08:00-12:00 13:00-17:00"),
    Post("Margaret Smith", "smith", "General Practice", None),
    Post(
        "Amina Hassan Abdi",
        "abdi",
        "Paediatrics",
        "mon-thu 08:30-12:30 13:30-16:30,fri 08:30-11:30",
        20,
        branch="fri 13:00-17:00",
    ),
    Post("Tomás Ó Súilleabháin", "osuilleabhain", "Paediatrics", "mon-fri 08:00-12:00,sat 09:00-11:00"),
    Post("Priya Raghunathan", "raghunathan", "Cardiology", "mon 09:00-13:00 14:00-17:00,wed-fri 09:00-13:30", 45),
    Post("Jean-Baptiste N'Diaye", "ndiaye", "Cardiology", "tue 10:00-18:00,thu 10:00-18:00", minutes=40),
    Post("李 Wei-Ling", "li", "Dermatology", "mon 09:00-13:00,tue-thu 16:00-20:30", minutes=15),  # evenings
    Post(
        "Adrian Smith-Okafor",
        "smith-okafor",
        "Dermatology",
        "wed 10:00-16:00",
        since=-14,  # part-time, new
        branch="tue 09:00-15:00",
    ),
    Post(
        "Grace Achieng Otieno",
        "otieno",
        "Obstetrics and Gynaecology",
        "mon-thu 08:00-12:00 12:45-16:00",
        branch="fri 09:00-14:00",
    ),
    Post("Fatemeh Hosseini", "hosseini", "Obstetrics and Gynaecology", "tue-fri 09:00-15:00", until=10),  # leaves
    Post("Kwame Mensah", "mensah", "Orthopaedics", "mon-tue 07:30-13:30,thu 07:30-13:30,fri 14:00-18:00", minutes=40),
    Post("Olga Petrova-Lindqvist", "petrova", "General Practice", "fri-sat 22:00-06:00", minutes=60),  # nights
)


@dataclass(frozen=True, slots=True)
class Interlude:
    """Something that beats the weekly hours, in any week: from ``start`` on ``weekday`` for ``lasts``.

    Its doctor is found by counting through ``POSTS``, from ``turn``, week by week.
    """

    kind: Kind
    reason: str
    weekday: int
    start: time | None
    lasts: timedelta
    turn: int

    def interval(self, monday: date, zone: tzinfo) -> Interval:
        """When it is in the week of ``monday``; without a start it takes whole local days."""
        day = monday + self.weekday * DAY
        if self.start is None:
            return Interval(start_of_day(day, zone), start_of_day(day + self.lasts, zone))
        start = resolve(datetime.combine(day, self.start), zone)
        return Interval(start, start + self.lasts)

    def post(self, monday: date) -> Post:
        return ROTA[(self.turn + monday.toordinal() // 7) % len(ROTA)]


# Dr Smith is always there: the documentation's examples search for her and book with her.
ROTA = [post for post in POSTS if post.mail != "smith"]

INTERLUDES = (
    Interlude(Kind.CLOSED, "Annual leave", 0, None, timedelta(days=3), turn=0),
    Interlude(Kind.CLOSED, "Training", 2, time(13), timedelta(hours=5), turn=3),
    Interlude(Kind.CLOSED, "Ward round", 3, time(9), timedelta(hours=2), turn=5),
    Interlude(Kind.OPEN, "Vaccination morning", 5, time(9), timedelta(hours=4), turn=8),
)
