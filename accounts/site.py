"""The admin's site. It has no door of its own: the pages of /accounts/ alone judge names, passwords and codes."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator


class Site(admin.AdminSite):
    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Only who is signed in, and may open the admin, comes as far. Django's form would ask for no second factor."""
        return redirect("admin:index")

    def password_change(  # type: ignore[override]  # Django shows a page there
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")
