from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Audit trail"

    def ready(self) -> None:
        from audit import logins

        post_migrate.connect(_restore_guards, sender=self, dispatch_uid="audit.restore_guards")
        logins.listen()


def _restore_guards(*, using: str, verbosity: int = 1, **kwargs: Any) -> None:
    from audit import guards

    for name in guards.restore(using):
        if verbosity:
            print(f"  Restored the guard {name}.")
