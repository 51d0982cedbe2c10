"""What every page's template may name."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url


def clinic(request: HttpRequest) -> dict[str, Any]:
    return {
        "clinic_name": settings.CLINIC_NAME,
        "clinic_phone": settings.CLINIC_PHONE,
        "online_booking": settings.ONLINE_BOOKING,
        "login_url": resolve_url(settings.LOGIN_URL),
    }
