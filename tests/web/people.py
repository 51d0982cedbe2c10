"""Who signs in to the pages: one of each role."""

from django.test import Client

from accounts.models import User
from accounts.roles import Role
from doctors.models import Doctor
from patients.models import Patient


def user_of(role: str, *, doctor: Doctor | None = None, patient: Patient | None = None) -> User:
    """A user of this role; who signs in as ``doctor`` or ``patient``, if one is given."""
    user = User.objects.create_user(f"{role}-{User.objects.count()}", password="a-long-password", role=role)
    for record in (doctor, patient):
        if record:
            record.user = user
            record.save()
    return user


def visitor(role: str = Role.RECEPTIONIST, *, doctor: Doctor | None = None, patient: Patient | None = None) -> Client:
    """The browser of somebody of this role."""
    client = Client()
    client.force_login(user_of(role, doctor=doctor, patient=patient))
    return client
