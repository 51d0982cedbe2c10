"""``python manage.py import_holidays KE 2026``: a country's public holidays become the clinic's."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinics.models import Location
from common.errors import DomainError
from common.models import alike
from common.transactions import atomic
from doctors.places import import_holidays


class Command(BaseCommand):
    help = (
        "Import the public holidays of a country. A day that is a holiday already stays as it is: running it again "
        "changes nothing. Appointments are kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("country", help="Two letters, such as KE.")
        parser.add_argument(
            "years", nargs="+", type=int, metavar="year", help="Such as 2026; several are all or nothing."
        )
        parser.add_argument("--subdivision", default="", help="A state or province that has days of its own: CA.")
        parser.add_argument("--location", help="The name of the one location that is closed. Default: all are.")

    def handle(self, *, country: str, years: list[int], subdivision: str, location: str | None, **options: Any) -> None:
        place = self._place(location) if location else None

        @atomic
        def run() -> list[str]:
            lines = []
            for year in years:
                imported = import_holidays(country=country, year=year, subdivision=subdivision, location=place)
                created, existing = len(imported.created), len(imported.existing)
                lines.append(f"{country.upper()} {year}: {created} new, {existing} already there.")
            return lines

        try:
            self.stdout.write("\n".join(run()))
        except DomainError as refusal:
            raise CommandError(refusal.message) from None

    def _place(self, name: str) -> Location:
        place = Location.objects.filter(alike("name", name)).first()
        if place is None:
            known = ", ".join(Location.objects.order_by("id").values_list("name", flat=True))
            raise CommandError(f"There is no location {name!r}. Choose from: {known}.")
        return place
