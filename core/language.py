"""Which language an answer is in: pages in the visitor's, everything for programs and operators in English."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from accounts.roles import Role
from patients.models import Patient

# What programs and operators read: its words are fixed.
ENGLISH = ("/api", "/swagger/", "/redoc/", "/admin/", "/healthz", "/readyz", "/metrics")


class Language(LocaleMiddleware):
    """Of a page: what the switch in its foot was set to, else a patient's own, else what the browser asks for."""

    def process_request(self, request: HttpRequest) -> None:
        if _is_english(request):
            translation.activate("en")
            request.LANGUAGE_CODE = "en"
        else:
            super().process_request(request)
            if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and (own := _preferred(request)):
                translation.activate(own)
                request.LANGUAGE_CODE = own

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if _is_english(request) else super().process_response(request, response)


def _is_english(request: HttpRequest) -> bool:
    return request.path_info.startswith(ENGLISH)


def _preferred(request: HttpRequest) -> str:
    """The language that a signed-in patient's record names, if pages have it."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    if not request.user.is_authenticated or request.user.role != Role.PATIENT:
        return ""
    named = Patient.objects.filter(user=request.user).values_list("preferred_language", flat=True).first() or ""
    try:
        return translation.get_supported_language_variant(named) if named else ""
    except LookupError:
        return ""
