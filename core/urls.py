"""Which face answers which address."""

from django.contrib import admin
from django.urls import include, path

from core import health, metrics

handler500 = "core.away.failed"

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", metrics.show),
    path("admin/", admin.site.urls),
    path("", include("api.urls")),
    path("", include("web.urls")),
]
