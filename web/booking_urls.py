"""Booking without an account, and the private link of what was booked."""

from django.urls import path

from web.views import visits
from web.views.booking import public

urlpatterns = [
    path("book/", public.What.as_view(), name="book-what"),
    path("book/<int:pk>/", public.Who.as_view(), name="book-who"),
    path("book/<int:pk>/times/", public.Times.as_view(), name="book-times"),
    path("book/details/", public.Details.as_view(), name="book-details"),
    path("book/check/", public.Check.as_view(), name="book-check"),
    path("book/lost/", public.Lost.as_view(), name="book-lost"),
    path("visit/<str:token>/", visits.Link.as_view(), name="visit-link"),
    path("visit/<str:token>/booked/", visits.Booked.as_view(), name="visit-booked"),
    path("visit/<str:token>/visit.ics", visits.CalendarFile.as_view(), name="visit-calendar"),
    path("visit/<str:token>/move/", visits.Move.as_view(), name="visit-move"),
    path("visit/<str:token>/cancel/", visits.Cancel.as_view(), name="visit-cancel"),
]
