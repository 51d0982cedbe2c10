"""Users in the admin: for those who manage users. Only a superuser makes or changes superusers."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts.models import User
from accounts.roles import Right, Role
from appointments.by_role import ByRole
from common.admin import NeverDeleted

admin.site.unregister(Group)  # roles take their place


@admin.register(User)
class RoleUserAdmin(NeverDeleted, ByRole, UserAdmin):
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
        super().save_model(request, obj, form, change)
