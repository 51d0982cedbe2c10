"""A doctor's private calendar address: its page, and the calendar itself, which needs no session."""

from typing import ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from accounts.roles import Right
from appointments.calendars import calendar_of
from common import clock
from doctors import feeds
from doctors.models import CalendarFeed, Doctor
from web.access import StaffPage
from web.views.doctor.day import own_doctor


class FeedPage(StaffPage):
    """Only the doctor makes, sees and ends the address."""

    right: ClassVar = Right.READ_APPOINTMENTS
    audited: ClassVar = {"post": "calendar_feed.create"}
    buttons: ClassVar = {"revoke": "calendar_feed.remove"}

    def get(self, request: HttpRequest) -> HttpResponse:
        doctor = own_doctor(self.actor)
        if doctor is None:
            return render(request, "web/doctor/unlinked.html")
        return self._page(request, doctor)

    def post(self, request: HttpRequest) -> HttpResponse:
        doctor = own_doctor(self.actor)
        if doctor is None:
            raise Http404
        if request.POST.get("do") == "revoke":
            feeds.revoke(doctor)
            messages.success(request, _("The address leads nowhere any more."))
            return redirect("my-calendar")
        address = request.build_absolute_uri(reverse("calendar-feed", args=[feeds.renew(doctor)]))
        return self._page(request, doctor, address)  # shown once: it is not kept

    def _page(self, request: HttpRequest, doctor: Doctor, address: str = "") -> HttpResponse:
        feed = CalendarFeed.objects.filter(doctor=doctor).first()
        return render(request, "web/doctor/calendar.html", {"doctor": doctor, "feed": feed, "address": address})


class FeedView(View):
    """``/calendar/<token>.ics``: whoever has the token reads it."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        doctor = feeds.doctor_of(token)
        if doctor is None:
            raise Http404
        body = calendar_of(doctor, now=clock.now(), host=request.get_host())
        answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        answer["Content-Disposition"] = 'inline; filename="calendar.ics"'
        answer["Cache-Control"] = "private, no-store"
        answer["X-Robots-Tag"] = "noindex"
        return answer
