"""Which face answers which address."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView

from core import health

urlpatterns = [
    path("", TemplateView.as_view(template_name="api/home.html", extra_context={"clinic_name": settings.CLINIC_NAME})),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("admin/", admin.site.urls),
    path("", include("api.urls")),
]
