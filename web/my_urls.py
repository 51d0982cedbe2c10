"""The addresses of a patient's own pages."""

from django.urls import path

from web.views.my import book, profile, visits, waiting

booking = [
    path("my/book/", book.What.as_view(), name="my-book-what"),
    path("my/book/<int:pk>/", book.Who.as_view(), name="my-book-who"),
    path("my/book/<int:pk>/times/", book.Times.as_view(), name="my-book-times"),
    path("my/book/details/", book.Details.as_view(), name="my-book-details"),
    path("my/book/check/", book.Check.as_view(), name="my-book-check"),
    path("my/book/lost/", book.Lost.as_view(), name="my-book-lost"),
]

urlpatterns = [
    path("my/", visits.VisitsPage.as_view(), name="my"),
    path("my/visits/<int:pk>/", visits.See.as_view(), name="my-visit-link"),
    path("my/visits/<int:pk>/move/", visits.Move.as_view(), name="my-visit-move"),
    path("my/visits/<int:pk>/cancel/", visits.Cancel.as_view(), name="my-visit-cancel"),
    path("my/visits/<int:pk>/visit.ics", visits.CalendarFile.as_view(), name="my-visit-calendar"),
    path("my/people/", profile.PeoplePage.as_view(), name="my-people"),
    path("my/people/<int:pk>/", profile.ContactPage.as_view(), name="my-contact"),
    path("my/waiting/", waiting.WaitingPage.as_view(), name="my-waiting"),
    path("my/waiting/join/", waiting.JoinPage.as_view(), name="my-waiting-join"),
    *(path(f"my/waiting/<int:pk>/{name}/", view, name=f"my-waiting-{name}") for name, view in waiting.ANSWERS.items()),
    *booking,
]
