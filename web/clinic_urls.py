"""The addresses of the clinic's own pages: patients' records, doctors' days and hours, reports, administration."""

from django.urls import path

from web.views.audit import TrailView
from web.views.dashboard import DashboardTableView, DashboardView
from web.views.doctor.day import DayView, StepView
from web.views.doctor.feed import FeedPage, FeedView
from web.views.doctor.finding import OptionsView
from web.views.doctor.hours import DoctorsView, HoursView
from web.views.doctor.leave import LeaveView, MoveView, RemoveView, TouchedView
from web.views.manage.holidays import HolidaysView, RemoveHolidayView
from web.views.manage.index import ManageView
from web.views.manage.locations import ClosuresView, LocationsView, OpeningView, RemoveClosureView
from web.views.manage.records import RoomsView, TypesView
from web.views.manage.users import AccessView, UsersView, UserView
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
    path("doctors/options/", OptionsView.as_view(), name="doctor-options"),
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

manage = [
    path("manage/", ManageView.as_view(), name="manage"),
    path("manage/users/", UsersView.as_view(), name="manage-users"),
    path("manage/users/<int:pk>/", UserView.as_view(), name="manage-user"),
    path("manage/users/<int:pk>/access/", AccessView.as_view(), name="manage-access"),
    path("manage/locations/", LocationsView.as_view(), name="manage-locations"),
    path("manage/locations/<int:pk>/", LocationsView.as_view(), name="manage-location"),
    path("manage/locations/<int:pk>/opening/", OpeningView.as_view(), name="manage-opening"),
    path("manage/locations/<int:pk>/closures/", ClosuresView.as_view(), name="manage-closures"),
    path("manage/closures/<int:pk>/remove/", RemoveClosureView.as_view(), name="manage-closure-remove"),
    path("manage/rooms/", RoomsView.as_view(), name="manage-rooms"),
    path("manage/rooms/<int:pk>/", RoomsView.as_view(), name="manage-room"),
    path("manage/types/", TypesView.as_view(), name="manage-types"),
    path("manage/types/<int:pk>/", TypesView.as_view(), name="manage-type"),
    path("manage/holidays/", HolidaysView.as_view(), name="manage-holidays"),
    path("manage/holidays/<int:pk>/remove/", RemoveHolidayView.as_view(), name="manage-holiday-remove"),
]

urlpatterns = [*patients, *doctors, *reports, *manage, path("audit/", TrailView.as_view(), name="audit")]
