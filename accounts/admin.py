"""Users, their tokens and second factors in the admin; and that the admin's own door is that of everybody."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import credentials, second_factor, tokens
from accounts.models import Token, User

# Passwords and codes are judged by the pages of /accounts/ alone: the admin has no other way in.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


def _change_password(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    return redirect("account_change_password")


admin.site.password_change = _change_password  # type: ignore[method-assign, assignment]
# Rows of django-allauth that nothing here uses, or that show secrets.
for model in (EmailAddress, Authenticator):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(User)
class OurUserAdmin(UserAdmin):
    actions = ("sign_out_everywhere", "remove_second_factor")

    @admin.action(description="Sign out everywhere and revoke all tokens", permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            credentials.end_everything(user)
        messages.success(request, f"{len(users)} users were signed out everywhere.")

    @admin.action(description="Remove the second factor of somebody who lost it", permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            second_factor.remove(user)
        messages.success(request, f"{len(users)} users have no second factor any more, and were signed out everywhere.")


@admin.register(Token)
class TokenAdmin(admin.ModelAdmin):
    """Shown and revoked. They are issued by the token route alone, which tells the key once."""

    list_display = ("id", "user", "created_at", "last_used_at", "expires_at", "second_factor")
    fields = readonly_fields = ("user", "created_at", "last_used_at", "expires_at", "second_factor")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    ordering = ("-last_used_at", "-id")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Token) -> None:
        tokens.revoke(Token.objects.filter(pk=obj.pk), request=request)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Token]) -> None:
        tokens.revoke(queryset, request=request)
