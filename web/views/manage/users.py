"""Users: who signs in, as what, and as whose record. The rules are those of `accounts.services`."""

import secrets
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import services
from accounts.models import User
from accounts.roles import Right
from appointments import linking
from common import trail
from common.errors import DomainError
from common.text import typed
from common.transactions import atomic
from web.access import StaffPage
from web.forms.manage import UserForm
from web.refusals import refuse, status_of, words
from web.seen import locked_as_seen, tag

MOST_LISTED = 100
SEARCHED = ("username", "first_name", "last_name", "email")
NAMES = (*SEARCHED, "role")


class UsersPage(StaffPage):
    right: ClassVar = Right.MANAGE_USERS

    def list_page(self, request: HttpRequest, form: UserForm, status: int = 200, **more: Any) -> HttpResponse:
        rows = User.objects.order_by("-is_active", "username", "pk")
        query = typed(request.POST.get("q", ""))
        if query:
            rows = rows.filter(Q(*((f"{name}__icontains", query) for name in SEARCHED), _connector=Q.OR))
        found = list(rows[: MOST_LISTED + 1])
        trail.saw(found[:MOST_LISTED])
        shown = {"users": found[:MOST_LISTED], "more": len(found) > MOST_LISTED, "query": query, "form": form, **more}
        return render(request, "web/manage/users.html", shown, status=status)

    def user_page(
        self, request: HttpRequest, user: User, form: UserForm, seen: str, status: int = 200, **more: Any
    ) -> HttpResponse:
        shown = {"shown": user, "form": form, "seen": seen, "oneself": user == self.actor, **more}
        return render(request, "web/manage/user.html", shown, status=status)


class UsersView(UsersPage):
    def action(self, request: HttpRequest) -> str | None:
        return "user.list" if request.method != "POST" or "q" in request.POST else "user.create"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.list_page(request, UserForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        if "q" in request.POST:
            return self.list_page(request, UserForm())
        form = UserForm(request.POST)
        if not form.is_valid():
            return self.list_page(request, form, status=400)
        password = secrets.token_urlsafe(12)
        try:
            user = self._create(form.cleaned_data, password)
        except DomainError as error:
            refuse(form, error, {"user": "doctor"})
            return self.list_page(request, form, status=status_of(error))
        # Shown once, not kept: so the answer is no redirect.
        return self.user_page(request, user, UserForm(initial=UserForm.said_of(user)), tag(user), password=password)

    @atomic
    def _create(self, entered: dict[str, Any], password: str) -> User:
        user = services.create(password=password, **{name: entered[name] for name in NAMES})
        if entered["record"]:
            linking.link(user, entered["record"])
        return user


class UserView(UsersPage):
    audited: ClassVar = {"get": "user.read", "post": "user.change"}

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = get_object_or_404(User, pk=pk)
        return self.user_page(request, user, UserForm(initial=UserForm.said_of(user)), tag(user))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user, form, seen = get_object_or_404(User, pk=pk), UserForm(request.POST), request.POST.get("seen", "")
        if not form.is_valid():
            return self.user_page(request, user, form, seen, status=400)
        try:
            self._amend(pk, seen, form.cleaned_data)
        except DomainError as error:
            refuse(form, error)
            return self.user_page(request, user, form, seen, status=status_of(error))
        messages.success(request, _("Saved."))
        return redirect("manage-users")

    @atomic
    def _amend(self, pk: int, seen: str, entered: dict[str, Any]) -> None:
        user = locked_as_seen(User.objects.all(), pk, seen)
        user = services.amend(user, by=self.actor, **{name: entered[name] for name in NAMES})
        if entered["record"]:
            linking.link(user, entered["record"])
        else:
            linking.unlink(user)


class AccessView(UsersPage):
    """Let somebody in no more or again, or give them a password to begin with. ``do`` is which."""

    buttons: ClassVar = {
        "deactivate": "user.deactivate",
        "reactivate": "user.reactivate",
        "password": "user.change_password",
    }

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user, do = get_object_or_404(User, pk=pk), request.POST.get("do")
        try:
            if do == "password":
                password = secrets.token_urlsafe(12)
                user = services.set_password(user, password, by=self.actor)
                form = UserForm(initial=UserForm.said_of(user))
                return self.user_page(request, user, form, tag(user), password=password)
            if do not in self.buttons:
                raise Http404
            getattr(services, do)(user, by=self.actor)
        except DomainError as error:
            messages.error(request, words(error))
        else:
            messages.success(request, _("Saved."))
        return redirect("manage-user", pk=pk)
