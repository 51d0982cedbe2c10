"""The clinic's administration: what there is to look after."""

from typing import ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import Right, may, works_here
from appointments.displaced import Displaced
from web.access import StaffPage


def manages(user: User) -> bool:
    return works_here(user) and (may(user, Right.EDIT_CLINIC) or may(user, Right.MANAGE_USERS))


class ManageView(StaffPage):
    right: ClassVar = Right.READ_CLINIC

    def is_for(self, user: User) -> bool:
        return manages(user)

    def get(self, request: HttpRequest) -> HttpResponse:
        rights = {"users": may(self.actor, Right.MANAGE_USERS), "clinic": may(self.actor, Right.EDIT_CLINIC)}
        return render(request, "web/manage/index.html", rights)


def tell_displaced(request: HttpRequest, found: Displaced) -> None:
    """Closing never cancels: say how many visits are outside the hours now."""
    number = len(found.visits)
    if number:
        told = ngettext(
            "%(n)d visit is outside the hours now: kept, for the desk to move or cancel.",
            "%(n)d visits are outside the hours now: kept, for the desk to move or cancel.",
            number,
        )
        messages.warning(request, told % {"n": number})
