"""The addresses of the clinic's own pages: patients' records, doctors' days and hours, reports, administration."""

from django.urls import path

from web.views.dashboard import DashboardTableView, DashboardView
from web.views.doctor.day import DayView, StepView
from web.views.doctor.feed import FeedPage, FeedView
from web.views.doctor.hours import DoctorsView, HoursView
from web.views.doctor.leave import LeaveView, MoveView, RemoveView, TouchedView
from web.views.patients.editing import EditView, GuardianView, RegisterView
from web.views.patients.finding import PatientsView
from web.views.patients.merging import MergeView
from web.views.patients.record import ActiveView, RecordView

patients = [
    path("patients/", PatientsView.as_view(), name="patients"),
    path("patients/new/", RegisterView.as_view(), name="patient-register"),
    path("patients/<int:pk>/", RecordView.as_view(), name="patient"),
    path("patients/<int:pk>/edit/", EditView.as_view(), name="patient-edit"),
    path("patients/<int:pk>/active/", ActiveView.as_view(), name="patient-active"),
    path("patients/<int:pk>/guardian/", GuardianView.as_view(), name="patient-guardian"),
    path("patients/<int:pk>/merge/<int:other>/", MergeView.as_view(), name="patient-merge"),
]

doctors = [
    path("my-day/", DayView.as_view(), name="my-day"),
    path("doctors/<int:pk>/day/", DayView.as_view(), name="doctor-day"),
    path("doctors/", DoctorsView.as_view(), name="doctors"),
    path("my-hours/", HoursView.as_view(), name="my-hours"),
    path("doctors/<int:pk>/hours/", HoursView.as_view(), name="doctor-hours"),
    path("my-leave/", LeaveView.as_view(), name="my-leave"),
    path("doctors/<int:pk>/leave/", LeaveView.as_view(), name="doctor-leave"),
    path("leave/<int:pk>/", TouchedView.as_view(), name="leave"),
    path("leave/<int:pk>/remove/", RemoveView.as_view(), name="leave-remove"),
    path("leave/<int:pk>/move/", MoveView.as_view(), name="leave-move"),
    path("my-calendar/", FeedPage.as_view(), name="my-calendar"),
    path("calendar/<str:token>.ics", FeedView.as_view(), name="calendar-feed"),
    path("visits/<int:pk>/<slug:name>/", StepView.as_view(), name="visit-step"),
]

reports = [
    path("dashboard/", DashboardView.as_view(), name="dashboard"),
    path("dashboard/<slug:table>.csv", DashboardTableView.as_view(), name="dashboard-table"),
]

urlpatterns = [*patients, *doctors, *reports]
