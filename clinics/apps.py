from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ClinicsConfig(AppConfig):
    name = "clinics"

    def ready(self) -> None:
        post_migrate.connect(_ensure_first_location, sender=self, dispatch_uid="clinics.ensure_first_location")


def _ensure_first_location(*, using: str, **kwargs: Any) -> None:
    from django.db import connections

    from clinics.models import Location
    from clinics.services import ensure_first_location

    # Migrating backwards takes the table away.
    if Location._meta.db_table in connections[using].introspection.table_names():
        ensure_first_location()
