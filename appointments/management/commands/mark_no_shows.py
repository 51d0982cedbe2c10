"""``python manage.py mark_no_shows``: for a nightly timer."""

from typing import Any

from django.core.management.base import BaseCommand

from appointments.no_shows import mark_no_shows
from audit.jobs import job
from common import clock


class Command(BaseCommand):
    help = (
        "Mark yesterday's and older visits that are still scheduled or confirmed as no-shows, at the locations that "
        "ask for it. Running it again changes nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with job("mark_no_shows", "appointment.no_show"):
            reports = list(mark_no_shows(now=clock.now()))
        for report in reports:
            passed_over = f" {report.passed_over} changed meanwhile and were left alone." if report.passed_over else ""
            self.stdout.write(f"{report.location}: {report.marked} marked as no-shows.{passed_over}")
        if not reports:
            self.stdout.write("No location asks for it: switch on marks_no_shows where the clinic wants it.")
