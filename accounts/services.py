"""What can be done with users. As whose record somebody signs in is `appointments.linking`'s to say.

``by`` is who does it: an administrator, or None for the system itself. Only a superuser touches superusers, and nobody
makes one here: that is `manage.py createsuperuser`'s.
"""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.errors import BadUser, NotYourself, SuperuserOnly, UsernameTaken, WeakPassword
from accounts.models import User
from accounts.roles import Role
from common import trail
from common.integrity import judged
from common.open_trail import JSON
from common.transactions import atomic

# By the database's own names: PostgreSQL's, SQLite's.
VERDICTS = {"accounts_user_username_key": UsernameTaken, "accounts_user.username": UsernameTaken}
# Who may open the admin, unless it is said otherwise. What they find there is their role's to say.
OPEN_THE_ADMIN = frozenset({Role.ADMIN, Role.RECEPTIONIST, Role.AUDITOR})
CHANGEABLE = frozenset({"username", "email", "first_name", "last_name", "role", "is_staff"})
# What the audit trail keeps of a user, before and after.
TOLD = (*sorted(CHANGEABLE), "is_active", "is_superuser")


@atomic
def create(*, username: str, password: str | None = None, role: str = "", **fields: Any) -> User:
    """Let somebody sign in. Without a password they cannot until they are given one; without a role they see nothing.

    Raises UsernameTaken, WeakPassword and BadUser.
    """
    fields = {"is_staff": role in OPEN_THE_ADMIN, **fields}
    user = User(username=User.normalize_username(username), role=role)
    _change(user, fields)
    _set_password(user, password)
    _save(user)
    trail.created(user, *TOLD)
    return user


@atomic
def amend(user: User, *, by: User | None = None, **changes: Any) -> User:
    """Change names, e-mail, role, or whether they open the admin: with a new role that goes by the role.

    Raises UsernameTaken, BadUser, SuperuserOnly and NotYourself.
    """
    user, before = _locked(user, by)
    role = changes.get("role", user.role)
    if role != user.role:
        if by == user:
            raise NotYourself
        changes = {"is_staff": role in OPEN_THE_ADMIN, **changes}
    _change(user, changes)
    return _save(user, before)


@atomic
def set_password(user: User, password: str, *, by: User | None = None) -> User:
    """Give a new password. Raises WeakPassword and SuperuserOnly."""
    user, before = _locked(user, by)
    _set_password(user, password)
    tell_of_password(user)
    return _save(user, before)


@atomic
def deactivate(user: User, *, by: User | None = None) -> User:
    """Let them sign in no more; what they did stays theirs. Raises SuperuserOnly and NotYourself."""
    user, before = _locked(user, by)
    if by == user:
        raise NotYourself
    user.is_active = False
    return _save(user, before)


@atomic
def reactivate(user: User, *, by: User | None = None) -> User:
    """Let them sign in again. Raises SuperuserOnly."""
    user, before = _locked(user, by)
    user.is_active = True
    return _save(user, before)


def tell_of_password(user: User) -> None:
    """Note that there is another one, and nothing of it."""
    trail.changed_to(user, password=("", trail.MASK))


def _locked(user: User, by: User | None) -> tuple[User, dict[str, JSON]]:
    """The newest row, and what it says."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.is_superuser and by is not None and not by.is_superuser:
        raise SuperuserOnly
    return user, trail.state(user, TOLD)


def _change(user: User, changes: dict[str, Any]) -> None:
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"Not to be set here: {', '.join(sorted(unknown))}.")
    for name, value in changes.items():
        setattr(user, name, User.normalize_username(value) if name == "username" else value)
    if user.role == Role.PATIENT:
        user.is_staff = False


def _set_password(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from None
    user.set_password(password)


def _save(user: User, before: dict[str, JSON] | None = None) -> User:
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise BadUser(" ".join(messages), field=name) from None
    with judged(VERDICTS):
        user.save()
    if before is not None:
        trail.changed(user, before)
    return user
