"""Booking without an account, and the private link of what was booked."""

from django.urls import path

from web.views.booking import public
from web.views.visits import by_link

urlpatterns = [
    path("book/", public.What.as_view(), name="book-what"),
    path("book/<int:pk>/", public.Who.as_view(), name="book-who"),
    path("book/<int:pk>/times/", public.Times.as_view(), name="book-times"),
    path("book/details/", public.Details.as_view(), name="book-details"),
    path("book/check/", public.Check.as_view(), name="book-check"),
    path("book/lost/", public.Lost.as_view(), name="book-lost"),
    path("visit/<str:token>/", by_link.Link.as_view(), name="visit-link"),
    path("visit/<str:token>/booked/", by_link.Booked.as_view(), name="visit-booked"),
    path("visit/<str:token>/visit.ics", by_link.CalendarFile.as_view(), name="visit-calendar"),
    path("visit/<str:token>/move/", by_link.Move.as_view(), name="visit-move"),
    path("visit/<str:token>/cancel/", by_link.Cancel.as_view(), name="visit-cancel"),
]
