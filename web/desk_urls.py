"""The addresses of the front desk: its calendar, quick booking, and what is done with a visit."""

from django.urls import path

from web.views.desk.board import BoardListView, BoardStepView, BoardView
from web.views.desk.booking import BookingView
from web.views.desk.day import DeskDayView, DeskView
from web.views.desk.finding import FindView, PatientsView
from web.views.desk.offers import TimesView
from web.views.desk.visits import DropView, MoveView, StepView, UndoView, VisitView

calendar = [
    path("desk/", DeskView.as_view(), name="desk"),
    path("desk/day/", DeskDayView.as_view(), name="desk-day"),
]

booking = [
    path("desk/book/", BookingView.as_view(), name="desk-book"),
    path("desk/book/times/", TimesView.as_view(), name="desk-times"),
    path("desk/patients/", PatientsView.as_view(), name="desk-patients"),
    path("desk/find/", FindView.as_view(), name="desk-find"),
]

visits = [
    path("desk/visits/<int:pk>/", VisitView.as_view(), name="desk-visit"),
    path("desk/visits/<int:pk>/move/", MoveView.as_view(), name="desk-move"),
    path("desk/visits/<int:pk>/drop/", DropView.as_view(), name="desk-drop"),
    path("desk/visits/<int:pk>/undo/", UndoView.as_view(), name="desk-undo"),
    path("desk/visits/<int:pk>/<slug:step>/", StepView.as_view(), name="desk-step"),
]

board = [
    path("board/", BoardView.as_view(), name="board"),
    path("board/list/", BoardListView.as_view(), name="board-list"),
    path("board/visits/<int:pk>/<slug:step>/", BoardStepView.as_view(), name="board-step"),
]

urlpatterns = [*calendar, *booking, *visits, *board]
