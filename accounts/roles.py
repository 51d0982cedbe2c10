"""Who may do what: the roles, the rights, and one table of both.

API, web pages and admin ask it alike, through `reach` and `may`. Whether a right reaches ``ALL`` rows or only one's
``OWN`` is said here; which rows are one's own, in `appointments.permissions`. A superuser may everything.
"""

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class Role(models.TextChoices):
    """What somebody is to the clinic. Nobody has two."""

    ADMIN = "admin", "Administrator"
    RECEPTIONIST = "receptionist", "Receptionist"
    DOCTOR = "doctor", "Doctor"
    PATIENT = "patient", "Patient"
    AUDITOR = "auditor", "Auditor"


SUPERUSER = "superuser"  # what the audit trail calls somebody who needs no role
STAFF = frozenset({Role.ADMIN, Role.RECEPTIONIST, Role.DOCTOR, Role.AUDITOR})


class Reach(StrEnum):
    """How far a right goes."""

    NONE = ""
    OWN = auto()
    ALL = auto()


class Right(StrEnum):
    """Something that somebody may do. One right covers the same thing in the API, on pages and in the admin."""

    # Patients
    READ_PATIENTS = auto()
    REGISTER_PATIENTS = auto()
    EDIT_PATIENTS = auto()
    MERGE_PATIENTS = auto()
    READ_IDENTIFIERS = auto()  # national id and insurance number, unmasked
    READ_DESK_NOTES = auto()
    EXPORT_PATIENT = auto()  # all data of one patient
    ERASE_PATIENT = auto()
    # Visits
    READ_APPOINTMENTS = auto()
    BOOK = auto()  # book, move, cancel, hold; a patient's within the cut-offs
    OVERRIDE = auto()  # set the soft rules aside
    RUN_THE_DAY = auto()  # confirm, check in, start, complete, no-show, undo
    BOOK_SERIES = auto()
    READ_WAITLIST = auto()
    WAIT = auto()  # join, change, leave the waiting list; accept and decline offers
    # Doctors
    READ_DOCTORS = auto()  # the directory, and what is free
    READ_AVAILABILITY = auto()  # hours, exceptions and their reasons
    EDIT_AVAILABILITY = auto()
    EDIT_DOCTORS = auto()
    # The clinic
    READ_CLINIC = auto()
    EDIT_CLINIC = auto()
    MANAGE_USERS = auto()
    EXPORT_LISTS = auto()
    READ_REPORTS = auto()
    READ_AUDIT = auto()


_, O, A = Reach.NONE, Reach.OWN, Reach.ALL  # noqa: E741 - a table is read by its letters
ORDER = (Role.ADMIN, Role.RECEPTIONIST, Role.DOCTOR, Role.PATIENT, Role.AUDITOR)
MATRIX: Mapping[Right, tuple[Reach, ...]] = {
    #                        admin receptionist doctor patient auditor
    Right.READ_PATIENTS:     (A,   A,           O,     O,      A),
    Right.REGISTER_PATIENTS: (A,   A,           _,     _,      _),
    Right.EDIT_PATIENTS:     (A,   A,           _,     O,      _),
    Right.MERGE_PATIENTS:    (A,   A,           _,     _,      _),
    Right.READ_IDENTIFIERS:  (A,   A,           _,     O,      _),
    Right.READ_DESK_NOTES:   (A,   A,           O,     _,      A),
    Right.EXPORT_PATIENT:    (A,   _,           _,     O,      _),
    Right.ERASE_PATIENT:     (A,   _,           _,     _,      _),
    Right.READ_APPOINTMENTS: (A,   A,           O,     O,      A),
    Right.BOOK:              (A,   A,           O,     O,      _),
    Right.OVERRIDE:          (A,   A,           O,     _,      _),
    Right.RUN_THE_DAY:       (A,   A,           O,     _,      _),
    Right.BOOK_SERIES:       (A,   A,           O,     _,      _),
    Right.READ_WAITLIST:     (A,   A,           O,     O,      A),
    Right.WAIT:              (A,   A,           _,     O,      _),
    Right.READ_DOCTORS:      (A,   A,           A,     A,      A),
    Right.READ_AVAILABILITY: (A,   A,           O,     _,      A),
    Right.EDIT_AVAILABILITY: (A,   A,           O,     _,      _),
    Right.EDIT_DOCTORS:      (A,   _,           _,     _,      _),
    Right.READ_CLINIC:       (A,   A,           A,     A,      A),
    Right.EDIT_CLINIC:       (A,   _,           _,     _,      _),
    Right.MANAGE_USERS:      (A,   _,           _,     _,      _),
    Right.EXPORT_LISTS:      (A,   A,           _,     _,      A),
    Right.READ_REPORTS:      (A,   A,           O,     _,      A),
    Right.READ_AUDIT:        (A,   _,           _,     _,      A),
}  # fmt: skip


def reach(user: "User | AnonymousUser", right: Right) -> Reach:
    """How far the right of ``user`` goes. Nobody signed in, inactive or without a role has none."""
    if not user.is_authenticated or not user.is_active:
        return Reach.NONE
    if user.is_superuser:
        return Reach.ALL
    return MATRIX[right][ORDER.index(Role(user.role))] if user.role else Reach.NONE


def may(user: "User | AnonymousUser", right: Right) -> bool:
    """Whether ``user`` has the right at all, be it for their own rows only."""
    return reach(user, right) is not Reach.NONE


def works_here(user: "User | AnonymousUser") -> bool:
    """Whether ``user`` is of the clinic's staff, and so sees pages about patients other than oneself."""
    return user.is_authenticated and user.is_active and (user.is_superuser or user.role in STAFF)
