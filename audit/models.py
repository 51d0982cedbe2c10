"""Who read or changed whose data, and the seals that show that nobody has touched what is written here.

No foreign keys: a row says what was so at the time, whatever becomes of the user or the patient.
"""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from common.open_trail import Outcome


class IdsField(models.JSONField):
    """A list of ids. ``field__has=7`` finds the rows whose list has it."""


@IdsField.register_lookup
class Has(models.Lookup):
    """Whether a list of ids has this one. On PostgreSQL an index of the first migration answers it."""

    lookup_name = "has"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        ids, params = self.process_lhs(compiler, connection)
        each = f"EXISTS (SELECT 1 FROM json_each({ids}) WHERE json_each.value = %s)"  # noqa: S608 - a column's name
        return each, [*params, int(self.rhs)]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        ids, params = self.process_lhs(compiler, connection)
        return f"{ids} @> %s::jsonb", [*params, f"[{int(self.rhs)}]"]


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def about_patient(self, patient: int) -> "AuditEventQuerySet":
        """What was done with the data of a patient, in lists too."""
        return self.filter(patient_ids__has=patient)

    def about(self, pk: int) -> "AuditEventQuerySet":
        """What was done with the record of this id; together with a ``kind``."""
        return self.filter(object_ids__has=pk)

    def since(self, moment: datetime) -> "AuditEventQuerySet":
        return self.filter(at__gte=moment)

    def newest_first(self) -> "AuditEventQuerySet":
        return self.order_by("-id")


class AuditEvent(models.Model):
    """One request, or one step of a command, that read or changed somebody's data. FHIR: AuditEvent.

    Written by `audit.writing` and never changed: see `audit.guards`.
    """

    at = models.DateTimeField(help_text="UTC.")
    actor = models.BigIntegerField(null=True, help_text="The user's id; none: nobody signed in, or the system itself.")
    username = models.CharField(max_length=150, blank=True, default="", help_text="As it was then.")
    role = models.CharField(max_length=12, blank=True, default="", help_text="As it was then; superuser for one.")
    action = models.CharField(max_length=60, help_text="A noun and a verb: patient.read, appointment.book.")
    kind = models.CharField(max_length=30, help_text="The noun: what the objects are.")
    object_ids = IdsField(default=list, help_text="The ids of what was read or changed.")
    patient_ids = IdsField(default=list, help_text="The ids of the patients it is about.")
    outcome = models.CharField(max_length=9, choices=Outcome.choices)
    changes = models.JSONField(
        default=list, help_text="Of what was changed: kind, id, and each field before and after."
    )
    details = models.JSONField(default=dict, help_text="What else there is to say, such as the filter of a list.")
    request_id = models.CharField(max_length=64, blank=True, default="")
    address = models.CharField(max_length=45, blank=True, default="", help_text="Where the request came from.")
    route = models.CharField(max_length=100, blank=True, default="", help_text="Method and name of the route.")

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index("at", name="audit_event_by_time"),
            models.Index("actor", "id", name="audit_event_by_actor"),
            models.Index("username", "id", name="audit_event_by_username"),
            models.Index("action", "id", name="audit_event_by_action"),
            models.Index("kind", "id", name="audit_event_by_kind"),
            models.Index("request_id", "id", name="audit_event_by_request"),
            models.Index("outcome", "id", name="audit_event_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.action} {self.at:%Y-%m-%d %H:%M:%S} UTC"


class AuditSeal(models.Model):
    """A batch of rows, and all before it, as they were: see `audit.sealing`. ``number`` counts from 1.

    ``rows`` holds the id and the SHA-256 of each row, 40 bytes a row, so that it can be said which one has changed.
    ``digest`` is the SHA-256 of all that and of the seal before.
    """

    number = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.PositiveIntegerField()
    rows = models.BinaryField()
    previous = models.CharField(max_length=64, help_text="The digest of the seal before; empty for the first.")
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.first_id} to {self.last_id}"
