"""What of the API is written into the audit trail, and by which name.

A view names what it does before anybody's token is looked at, so that who is turned away leaves a row as well; what it
shows and what services change is noted on the way. `audit` writes the row: see `common.open_trail`.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from common import trail
from common.ids import read_id
from common.open_trail import kind_of

VERBS = {
    "list": "list",
    "retrieve": "read",
    "create": "create",
    "update": "change",
    "partial_update": "change",
    "destroy": "remove",
}
# Parameters that can hold something about a person: that they were given is kept, what they said is not.
PERSONAL = frozenset(
    {"search", "full_name", "email", "phone_number", "national_id", "insurance_number", "date_of_birth"}
)
SHAPE = frozenset({"ordering", "page", "page_size", "cursor"})


class Audited(APIView):
    """A view whose requests leave a row each: all of them where records are ``private``, or else those that change
    something and those in ``showing``, which show patient data nevertheless.

    ``verbs`` says what an action is called where `VERBS` does not fit; an action that is in neither has its own
    name.
    """

    private: ClassVar[bool] = True
    showing: ClassVar[frozenset[str]] = frozenset()
    verbs: ClassVar[Mapping[str, str]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        action = getattr(self, "action", None)
        if action and action != "metadata" and self._is_told(request, action):
            verb = self.verbs.get(action) or VERBS.get(action, action)
            pk = read_id(self.kwargs.get("pk"))
            if "." in verb:  # of another noun than the view's
                trail.name(verb)
            else:
                trail.name(f"{self.noun}.{verb}", *([] if pk is None else [pk]))
        super().initial(request, *args, **kwargs)

    def _is_told(self, request: Request, action: str) -> bool:
        return self.private or action in self.showing or request.method not in SAFE_METHODS

    @property
    def noun(self) -> str:
        return kind_of(self.queryset.model)  # type: ignore[attr-defined]  # of the view beside it

    def filter_queryset(self, queryset: Any) -> Any:
        found = super().filter_queryset(queryset)  # type: ignore[misc]  # of the view beside it
        if query := _asked(self):
            trail.tell(query=query)
        return found

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)  # type: ignore[misc]  # of the view beside it
        trail.saw(page or ())
        return page


def _asked(view: Any) -> dict[str, Any]:
    """The parameters of a list that the view knows; of an expression, its pairs."""
    from api.lists import parse_expression  # noqa: PLC0415 - lists know of views

    known = set(view.filterset_class.base_filters) if getattr(view, "filterset_class", None) else set()
    pairs = list(view.request.query_params.items())
    for expression in view.request.query_params.getlist("filter"):
        with suppress(ValidationError):  # the view answers with it
            pairs += parse_expression(expression, sorted(known))
    return {
        name: trail.MASK if name in PERSONAL else value[:200].replace("\x00", "\ufffd")  # PostgreSQL stores no NUL
        for name, value in pairs
        if value and name in known | SHAPE | PERSONAL
    }
