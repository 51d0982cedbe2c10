"""Users and tokens in the admin: for those who manage users. Only a superuser makes or changes superusers."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts import credentials, second_factor, tokens
from accounts.models import Token, User
from accounts.roles import Right, Role
from accounts.services import TOLD, tell_of_password
from appointments.by_role import ByRole
from common import trail
from common.admin import Audited, Bounded, NeverDeleted, sent

admin.site.unregister(Group)  # roles take their place
admin.site.unregister([EmailAddress, Authenticator])  # nothing here uses the one, and the other shows secrets


@admin.register(User)
class RoleUserAdmin(NeverDeleted, ByRole, Audited, UserAdmin):
    reads = adds = changes = Right.MANAGE_USERS
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("What they may do", {"fields": ("role", "signs_in_as", "is_active", "is_staff", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "role", "usable_password", "password1", "password2")}),
    )
    list_display = ("username", "first_name", "last_name", "role", "signs_in_as", "is_active", "is_staff")
    list_filter = ("role", "is_active", "is_staff", "is_superuser")
    list_select_related = ("doctor", "patient")
    filter_horizontal = ()
    actions = ("sign_out_everywhere", "remove_second_factor")

    @admin.display(description="signs in as")
    def signs_in_as(self, user: User) -> str:
        """The doctor or patient whose record names the user."""
        record = getattr(user, "doctor", None) or getattr(user, "patient", None)
        return str(record) if record else ""

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody takes away, or gives themselves, access of their own."""
        fixed = ["signs_in_as", "last_login", "date_joined"]
        if not (request.user.is_authenticated and request.user.is_superuser):
            fixed.append("is_superuser")
            fixed += ["role", "is_active", "is_staff"] if obj and obj == request.user else []
        return fixed

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if isinstance(obj, User) and obj.is_superuser and not getattr(request.user, "is_superuser", False):
            return False
        return super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if obj.role == Role.PATIENT:
            obj.is_staff = False
        before = trail.state(User.objects.get(pk=obj.pk), TOLD) if change else {}
        super().save_model(request, obj, form, change)
        if change:
            trail.changed(obj, before)
        else:
            trail.created(obj, *TOLD)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        if request.method != "POST":
            return super().user_change_password(request, id, form_url)
        return sent(lambda: super(RoleUserAdmin, self).user_change_password(request, id, form_url))

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> Any:
        """Django tells here, and nowhere else, that its page for passwords has set one."""
        if request.resolver_match and request.resolver_match.url_name == "auth_user_password_change":
            tell_of_password(obj)
        return super().log_change(request, obj, message)

    @admin.action(description="Sign out everywhere and revoke all tokens", permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, users: QuerySet[User]) -> None:
        chosen = self._changeable(request, users)
        for user in chosen:
            credentials.end_everything(user)
        messages.success(request, f"Signed out everywhere: {len(chosen)}.")

    @admin.action(description="Remove the second factor of somebody who lost it", permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        chosen = self._changeable(request, users)
        for user in chosen:
            second_factor.remove(user)
        messages.success(request, f"Without a second factor, and signed out everywhere: {len(chosen)}.")

    def _changeable(self, request: HttpRequest, users: QuerySet[User]) -> list[User]:
        return [user for user in users if self.has_change_permission(request, user)]


@admin.register(Token)
class TokenAdmin(ByRole, Bounded):
    """Shown and revoked. They are issued by the token route alone, which tells the key once."""

    reads = Right.MANAGE_USERS
    list_display = ("id", "user", "created_at", "last_used_at", "expires_at", "second_factor")
    fields = readonly_fields = ("user", "created_at", "last_used_at", "expires_at", "second_factor")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    ordering = ("-last_used_at", "-id")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody ends a superuser's but a superuser."""
        theirs = isinstance(obj, Token) and obj.user.is_superuser
        return self.has_view_permission(request) and (request.user.is_superuser or not theirs)

    def delete_model(self, request: HttpRequest, obj: Token) -> None:
        tokens.revoke(Token.objects.filter(pk=obj.pk), request=request)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Token]) -> None:
        theirs = queryset if request.user.is_superuser else queryset.exclude(user__is_superuser=True)
        tokens.revoke(theirs, request=request)
