from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class AppointmentsConfig(AppConfig):
    name = "appointments"

    def ready(self) -> None:
        # A table that hand-written SQL remade, or a restored backup, may lack its guards: migrate mends that.
        post_migrate.connect(_restore_guards, sender=self, dispatch_uid="appointments.restore_guards")


def _restore_guards(*, using: str, verbosity: int = 1, **kwargs: Any) -> None:
    from common import constraints

    for name in constraints.restore(using, kwargs.get("apps", apps)):
        if verbosity:
            print(f"  Restored the guard {name}.")
