"""What browsers are told with every answer: what a page may load and do, and that nothing of it is kept.

The policy of our own pages is in the settings. A script or a style of a page is a file of this server, or carries the
nonce: ``<script nonce="{{ request.csp_nonce }}">``.
"""

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

# What is not a page loads nothing, even where a browser can be brought to show it as one.
NOT_A_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

# Nothing here needs a device.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
    )
)


class ContentSecurityPolicy(CSPMiddleware):
    """`Content-Security-Policy` by the kind of the answer, unless a view has given its own."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault(HEADER, NOT_A_PAGE)
            return response
        return super().process_response(request, response)


class PrivateAnswers(MiddlewareMixin):
    """No cache keeps an answer, unless its view says otherwise: most hold somebody's data. No page uses a device."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
