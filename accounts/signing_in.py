"""Signing in: what is asked, in which order, and what is told."""

from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest

from accounts import events, guard, second_factor, tokens
from accounts.errors import CodeMissing, LockedOut, MustEnrol, WrongCode, WrongCredentials
from accounts.models import User
from common.addresses import client_address


def token_for(request: HttpRequest, *, username: str, password: str, otp: str = "") -> str:
    """A new token for a name, a password and, of whoever has enrolled, a code. Nothing is told before the password.

    Raises `LockedOut`, `WrongCredentials`, `CodeMissing`, `WrongCode`, or `MustEnrol`.
    """
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        raise WrongCredentials
    enrolled = second_factor.is_enrolled(user)
    if enrolled:
        if not otp:
            raise CodeMissing
        authenticator = judge_code(request, user, otp)
        if authenticator is None:
            raise WrongCode
        authenticator.record_usage()
    elif second_factor.is_demanded_of(user):
        raise MustEnrol
    guard.remember(username, client_address(request))
    user_logged_in.send(sender=User, request=request, user=user)
    return tokens.issue(user, second_factor=enrolled, request=request)


def judge_code(request: HttpRequest, user: User, code: str) -> Authenticator | None:
    """What ``code`` is a right code of, None if it is wrong. Guesses count as those of the password do.

    Raises `LockedOut`.
    """
    address = client_address(request)
    try:
        guard.admit(user.username, address)
    except LockedOut:
        events.locked_out.send(sender=User, request=request, credentials={"username": user.username})
        raise
    authenticator = second_factor.accept(user, code)
    if authenticator is None:
        user_login_failed.send(sender=__name__, request=request, credentials={"username": user.username})
    else:
        guard.take_back(user.username, address)
    return authenticator
