from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DoctorsConfig(AppConfig):
    name = "doctors"

    def ready(self) -> None:
        post_migrate.connect(_restore_weeks, sender=self, dispatch_uid="doctors.restore_weeks")


def _restore_weeks(*, using: str, verbosity: int = 1, **kwargs: Any) -> None:
    from doctors import weeks

    for name in weeks.restore(using):
        if verbosity:
            print(f"  Restored the trigger {name}.")
