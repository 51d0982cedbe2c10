"""What of a row is shown to whom."""

from typing import TYPE_CHECKING, Any

from accounts.roles import Right, may
from audit.models import AuditEvent
from common.trail import MASK

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

# Rows of merges have told of the text for searches, in which they are as well.
IDENTIFIERS = frozenset({"national_id", "insurance_number", "search_text"})


def changes_for(user: "User | AnonymousUser", event: AuditEvent) -> list[dict[str, Any]]:
    """What was changed; that an identifier was, but not from what to what, for those who do not read identifiers."""
    if may(user, Right.READ_IDENTIFIERS):
        return event.changes  # type: ignore[no-any-return]  # JSON of our own making
    return [
        {
            **change,
            "fields": {
                name: [said and MASK for said in values] if name in IDENTIFIERS else values
                for name, values in change["fields"].items()
            },
        }
        for change in event.changes
    ]
