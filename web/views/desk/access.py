"""Who works at the desk: whoever may see calendars. Patients may book, but not here."""

from typing import ClassVar

from accounts.models import User
from accounts.roles import Right, may
from web.access import StaffPage


class AtTheDesk(StaffPage):
    """A page of the desk, for those who have the right ``needs`` as well."""

    right = Right.READ_AVAILABILITY
    needs: ClassVar[Right] = Right.READ_AVAILABILITY

    def is_for(self, user: User) -> bool:
        return super().is_for(user) and may(user, self.needs)
