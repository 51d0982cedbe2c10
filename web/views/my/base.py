"""Who sees a patient's pages, and whose rows they reach."""

from collections.abc import Mapping
from functools import cached_property
from typing import ClassVar

from accounts.models import User
from accounts.roles import Right, Role
from appointments.permissions import own_patients
from audit.pages import AuditedPage
from patients.models import Patient
from web.access import Private


class MyPage(AuditedPage, Private):
    """A page of somebody who signs in as a patient. The clinic's own people have other pages for the same."""

    right: ClassVar = Right.READ_APPOINTMENTS
    audited: ClassVar[Mapping[str, str]] = {}

    def is_for(self, user: User) -> bool:
        return user.role == Role.PATIENT and super().is_for(user)

    @cached_property
    def people(self) -> list[Patient]:
        """Whom they act for: themselves first, then their children by name; records that were merged lead on."""
        found = own_patients(self.actor).filter(merged_into=None, active=True)
        return sorted(found, key=lambda one: (one.user_id != self.actor.pk, one.full_name, one.pk))
