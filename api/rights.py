"""Who may ask for what: a view names the right that each of its actions needs. What it does not name is refused."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from rest_framework.permissions import BasePermission

from accounts.roles import Right, may

if TYPE_CHECKING:  # DRF's own settings name this module
    from rest_framework.request import Request
    from rest_framework.views import APIView

    from accounts.models import User

# The right of those who have no role yet.
SIGNED_IN: Final = "signed in"
Rights = Mapping[str, Right | str]
NO_ROLE = "You have no role here yet. Ask an administrator of the clinic for one."


def action_of(view: "APIView", request: "Request") -> str | None:
    """The action of a view set, or the method of another view; None: the view has none for this method."""
    method = cast(str, request.method).lower()
    if method == "options":
        return None
    if method not in view.http_method_names:
        return None
    if hasattr(view, "action_map"):
        return cast(str | None, view.action)  # type: ignore[attr-defined]  # what has an action map has it
    if getattr(view, method, None) is None:
        return None
    return "get" if method == "head" else method


class ByRights(BasePermission):
    """Lets those in who have the right of the action, be it for their own rows only.

    Rows are the view's to narrow down, by the same right. To ask what a view can do, or for what it cannot (405), any
    of its rights is enough.
    """

    message = "Your role does not allow this."

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        if not request.user.is_authenticated:
            return False
        if not (request.user.role or request.user.is_superuser):
            self.message = NO_ROLE
        rights: Rights = getattr(view, "rights", {})
        action = action_of(view, request)
        needed = set(rights.values()) if action is None else {rights.get(action)}
        return any(_has(request.user, right) for right in needed)


def _has(user: "User", right: Any) -> bool:
    return right == SIGNED_IN or (isinstance(right, Right) and may(user, right))
