"""Who sees a page: the same rights as in the API, asked of the same matrix."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views import View

from accounts.models import User
from accounts.roles import Right, may, works_here
from audit.pages import AuditedPage

CSRF = "csrfmiddlewaretoken"


class Private(View):
    """A page for those who have ``right``. Others are asked to sign in, or told that it is not theirs (403).

    Which rows they see on it is for `appointments.permissions` to say: reach rows through `visible_to` and
    `within_reach`, and answer 404 for the rest.
    """

    right: ClassVar[Right]

    @property
    def actor(self) -> User:
        """Who asks: somebody signed in, or `dispatch` would have asked them to."""
        return cast(User, self.request.user)

    @property
    def inside(self) -> bool:
        """Whether a script of a page that is there already asks, to show the answer within it."""
        return bool(getattr(self.request, "htmx", False))

    def is_for(self, user: User) -> bool:
        return may(user, self.right)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return asked_to_sign_in(request)
        if not self.is_for(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


def asked_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The way to sign in and back.

    What somebody has typed is not lost on it: the answer, which no cache keeps, brings it back to be sent again, and
    the address holds none of it.
    """
    entered = [(name, value) for name, values in request.POST.lists() if name != CSRF for value in values]
    if request.method != "POST" or not entered:
        # Back to the page, not to the action: what was sent is not sent again by signing in.
        return redirect_to_login(request.get_full_path() if request.method == "GET" else request.path)
    return render(request, "web/signed_out.html", {"entered": entered}, status=401)


class StaffPage(AuditedPage, Private):
    """A page of the clinic's own: patients have the right to their own rows, and pages of their own for it.

    Each request that ``audited`` names leaves a row in the audit trail, and each of the ``buttons``, by what ``do``
    says.
    """

    audited: ClassVar[Mapping[str, str]] = {}
    buttons: ClassVar[Mapping[str, str]] = {}

    def action(self, request: HttpRequest) -> str | None:
        return self.buttons.get(request.POST.get("do", "")) or super().action(request)

    def is_for(self, user: User) -> bool:
        return works_here(user) and super().is_for(user)
