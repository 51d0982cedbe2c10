"""Nobody sets what is not theirs by naming it: every column of a record is sent with every request that writes one."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import models, transaction
from rest_framework.test import APIClient

from accounts.models import User
from api.serializers.appointments import MoveSerializer
from api.serializers.series import NewSeriesSerializer, SeriesChangeSerializer
from clinics import services as clinic_services
from tests.contract.clinic import Clinic, Row, methods, routes

WRITERS = ("patient A", "guardian", "own doctor", "receptionist", "admin")
# Beside the record's own: what a user is, by the names under which it could be reached.
READ_BY: dict[Row, Any] = {
    ("api/series/", "POST"): NewSeriesSerializer,
    ("api/series/{pk}/", "PATCH"): SeriesChangeSerializer,
    ("api/appointments/{pk}/reschedule/", "POST"): MoveSerializer,
}
OF_USERS: dict[str, Any] = {"role": "admin", "is_superuser": True, "is_staff": True, "by": 1, "as_patient": False}
OF_USERS |= {"actor": 1, "seen_version": 99, "password": "hostile"}


def writes() -> dict[Row, Any]:
    """The routes that make or change a record, and the views behind them."""
    return {
        (route, method): view.cls
        for route, view in routes()
        for method in methods(view)
        if method in ("POST", "PUT", "PATCH") and hasattr(getattr(view, "cls", None), "queryset")
    }


def hostile(field: Any, before: Any) -> Any:
    """A value that would be stored if the field were taken from the request."""
    if field.primary_key:
        return 424242
    if isinstance(field, models.ForeignKey):
        others = field.related_model._default_manager.exclude(pk=getattr(before, field.attname, None))
        return others.order_by("-pk").values_list("pk", flat=True).first()
    by_kind = {models.BooleanField: not getattr(before, field.name, True), models.DateTimeField: "2001-02-03T04:05:06Z"}
    by_kind |= {models.DateField: "2001-02-03", models.JSONField: ["hostile"], models.IntegerField: 77}
    return next((value for kind, value in by_kind.items() if isinstance(field, kind)), "hostile")


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value


def forged(row: Row, view: Any, body: dict[str, Any], before: Any) -> dict[Any, Any]:
    """Every column that the view's serializer takes from nobody, with a hostile value."""
    fields = READ_BY.get(row, view.serializer_class)().fields.items()
    taken = {source for name, field in fields if not field.read_only for source in (name, field.source)} | set(body)
    columns = [column for column in view.queryset.model._meta.concrete_fields if column.name not in taken]
    return {column: hostile(column, before) for column in columns}


@pytest.mark.parametrize("role", WRITERS)
def test_no_column_is_set_by_naming_it(role: str, db: None) -> None:
    clinic = Clinic()
    user = clinic.users[role]
    clinic_services.open_location(name="Annex", time_zone="UTC")
    boss = User.objects.create_superuser("boss", password="a-long-password")
    client = APIClient()
    client.force_authenticate(user)
    taken, done = {}, 0
    for row, view in writes().items():
        url, body, model = clinic.address(row[0]), clinic.body(row), view.queryset.model
        if not isinstance(body, dict):
            continue
        newest = model._default_manager.order_by("-pk").first()
        named = url.rstrip("/").split("/")
        pk = next((int(part) for part in reversed(named) if part.isdigit()), None) if "{pk}" in row[0] else None
        before = model._default_manager.filter(pk=pk).first() if pk else None
        forgery = forged(row, view, body, before)
        extra = {key: value for field, value in forgery.items() for key in (field.name, field.attname)}
        with transaction.atomic():
            answer = client.generic(row[1], url, client._encode_data({**OF_USERS, **extra, **body}, "json")[0],
                                    "application/json")  # fmt: skip
            assert answer.status_code < 500, (row, answer.content)
            if answer.status_code in (200, 201):
                done += 1
                after = (
                    model._default_manager.get(pk=pk)
                    if pk
                    else model._default_manager.filter(pk__gt=newest.pk if newest else 0).order_by("-pk").first()
                )
                for field, value in forgery.items():
                    if after and value is not None and plain(getattr(after, field.attname)) == value:
                        taken[row, field.name] = value
                author = getattr(after, "created_by_id", None)
                if not pk and author not in (None, user and user.pk):
                    taken[row, "created_by"] = author
            for person in (user, boss):
                assert person
                stored = User.objects.get(pk=person.pk)
                assert (stored.role, stored.is_superuser) == (person.role, person.is_superuser)
            transaction.set_rollback(True)
    assert taken == {}
    assert done > 4
