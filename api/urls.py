"""The addresses of the API."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from api.views.appointment_types import AppointmentTypeViewSet
from api.views.appointments import AppointmentViewSet
from api.views.audit import AuditViewSet
from api.views.doctors import DoctorViewSet, ExceptionViewSet
from api.views.documentation import RedocView, SchemaView, SwaggerView
from api.views.fallback import UnknownRoute
from api.views.holds import HoldViewSet
from api.views.holidays import HolidayViewSet
from api.views.locations import LocationExceptionViewSet, LocationViewSet
from api.views.me import MeView
from api.views.patients import PatientViewSet
from api.views.reports import ReportsView, ReportTableView
from api.views.rooms import RoomViewSet
from api.views.series import SeriesViewSet
from api.views.slots import SlotsView
from api.views.tokens import TokenView
from api.views.waitlist import WaitlistViewSet

router = SimpleRouter()
router.register("appointments", AppointmentViewSet, basename="appointment")  # first: they are asked for most
router.register("patients", PatientViewSet, basename="patient")
router.register("doctors", DoctorViewSet, basename="doctor")
router.register(r"doctors/(?P<doctor_pk>[^/.]+)/exceptions", ExceptionViewSet, basename="exception")
router.register("locations", LocationViewSet, basename="location")
router.register(
    r"locations/(?P<location_pk>[^/.]+)/exceptions", LocationExceptionViewSet, basename="location-exception"
)
router.register("rooms", RoomViewSet, basename="room")
router.register("holidays", HolidayViewSet, basename="holiday")
router.register("appointment-types", AppointmentTypeViewSet, basename="appointment-type")
router.register("holds", HoldViewSet, basename="hold")
router.register("series", SeriesViewSet, basename="series")
router.register("waitlist", WaitlistViewSet, basename="waitlist")
router.register("audit", AuditViewSet, basename="audit")

urlpatterns = [
    path("api-token-auth/", TokenView.as_view(), name="token"),
    path("api/slots/", SlotsView.as_view(), name="slots"),  # before all those of the router: it is asked most
    path("api/", include(router.urls)),
    path("api/me/", MeView.as_view(), name="me"),
    path("api/reports/", ReportsView.as_view(), name="reports"),
    path("api/reports/export/", ReportTableView.as_view(), name="reports-export"),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("swagger/", SwaggerView.as_view(url_name="schema"), name="swagger"),
    path("redoc/", RedocView.as_view(url_name="schema"), name="redoc"),
    re_path(r"^(api(/.*)?|api-token-auth)$", UnknownRoute.as_view()),
]
