"""The second factor: who has one, of whom it is demanded, and whether a code is right.

Enrolling is django-allauth's: `Authenticator` rows of the types TOTP and recovery codes.
"""

import logging
from contextlib import suppress

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt, encrypt
from cryptography.fernet import InvalidToken
from django.conf import settings

from accounts import events
from accounts.credentials import end_everything
from accounts.models.users import User
from accounts.roles import STAFF
from common.transactions import atomic

logger = logging.getLogger(__name__)

# Of the app, and of the recovery codes.
ENCRYPTED = frozenset({"secret", "seed"})


def is_enrolled(user: User) -> bool:
    """Whether ``user`` has an authenticator app. Whoever has one needs it at every sign-in."""
    enrolled: bool = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    return enrolled


def is_demanded_of(user: User) -> bool:
    """Whether ``user`` must not work without a second factor: `REQUIRE_STAFF_MFA`, and they are staff."""
    demanded: bool = settings.REQUIRE_STAFF_MFA
    return demanded and (user.is_staff or user.is_superuser or user.role in STAFF)


@atomic
def accept(user: User, code: str) -> Authenticator | None:
    """What ``code`` is a right code of: the app or the recovery codes, None if it is wrong. No code counts twice."""
    for authenticator in Authenticator.objects.select_for_update().filter(user=user).order_by("pk"):
        try:
            if _is_right(authenticator, code):
                if settings.SECRET_KEY_FALLBACKS:
                    _renew(user)
                return authenticator
        except InvalidToken:
            logger.exception("The second factor of user %d cannot be read: SECRET_KEY has changed.", user.pk)
    return None


@atomic
def remove(user: User) -> None:
    """Take the second factor of somebody who has lost it, and sign them out everywhere."""
    Authenticator.objects.filter(user=user).delete()
    events.second_factor_removed.send(sender=User, user=user, request=None)
    end_everything(user)


def _renew(user: User) -> None:
    """Encrypt what they have with today's SECRET_KEY: whoever has signed in since it changed needs no other one."""
    for authenticator in Authenticator.objects.filter(user=user):
        with suppress(InvalidToken):  # of a key that is gone: it stays as it is, and the other one is as good as ever
            for name in ENCRYPTED & authenticator.data.keys():
                authenticator.data[name] = encrypt(decrypt(authenticator.data[name]))
            authenticator.save(update_fields=["data"])


def _is_right(authenticator: Authenticator, code: str) -> bool:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return bool(authenticator.wrap().validate_code(code))
    if authenticator.type != Authenticator.Type.TOTP:
        return False
    secret, last = decrypt(authenticator.data["secret"]), authenticator.data.get("last_counter", -1)
    for counter in yield_hotp_counters_from_time():
        expected = format_hotp_value(hotp_value(secret, counter))
        if counter > last and compare_user_code(actual=code, expected=expected):
            authenticator.data["last_counter"] = counter
            authenticator.save(update_fields=["data"])
            return True
    return False
