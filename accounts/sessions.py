"""How long a session of a browser lasts, and that it is not begun without a second factor where one is demanded."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.errors import MustEnrol
from accounts.second_factor import is_demanded_of, is_enrolled
from common import clock, problems

BEGUN, SEEN = "signed_in_at", "seen_at"
# How old the note of the last request may get: a page that only reads should seldom write.
NOTED_EVERY = timedelta(minutes=1)
JUST_NOW = timedelta(minutes=5)
# A page that asks for news says so: a screen that nobody looks at is no work.
BY_ITSELF = "X-Asks-By-Itself"
# Where somebody may go who has to enrol first: names of routes.
WAY_TO_ENROL = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
    }
)

Next = Callable[[HttpRequest], HttpResponseBase]


def begin(request: HttpRequest) -> None:
    """From now on the limits of the session count. Signing in gave it a new key."""
    request.session[BEGUN] = request.session[SEEN] = clock.now().isoformat()


def has_just_begun(request: HttpRequest) -> bool:
    """Whether they signed in so recently that they need not prove again who they are."""
    begun: str = request.session.get(BEGUN, "")
    return bool(begun) and clock.now() - datetime.fromisoformat(begun) < JUST_NOW


class SessionLimits:
    """Middleware: ends a session `SESSION_IDLE_MINUTES` after its last request, `SESSION_HOURS` after its beginning."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # A request without the cookie leaves the session alone, so that its answer does not vary with it.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            self._limit(request)
        return self.get_response(request)

    def _limit(self, request: HttpRequest) -> None:
        session, now = request.session, clock.now()
        if not (session.get(BEGUN) and session.get(SEEN)):
            begin(request)
            return
        begun, seen = (datetime.fromisoformat(session[name]) for name in (BEGUN, SEEN))
        if now - seen >= timedelta(minutes=settings.SESSION_IDLE_MINUTES):
            self._end(request, _("You were signed out because nothing was done for a while."))
        elif now - begun >= timedelta(hours=settings.SESSION_HOURS):
            self._end(request, _("You were signed out because you had been signed in for long."))
        elif now - seen >= NOTED_EVERY and BY_ITSELF not in request.headers:
            session[SEEN] = now.isoformat()

    def _end(self, request: HttpRequest, why: str) -> None:
        logout(request)
        messages.info(request, " ".join((why, _("Please sign in again."))))


class StaffSecondFactor:
    """Middleware: with `REQUIRE_STAFF_MFA`, staff without a second factor can do nothing but enrol."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        if not settings.REQUIRE_STAFF_MFA or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        user, route = request.user, request.resolver_match
        if not user.is_authenticated or not is_demanded_of(user) or is_enrolled(user):
            return None
        if route and route.view_name in WAY_TO_ENROL:
            return None
        if request.path_info.startswith("/api"):
            accept = request.headers.get("Accept", "")
            kind, body = problems.refusal(accept, 403, code=MustEnrol.code, detail=MustEnrol.message)
            return JsonResponse(body, status=403, content_type=kind, headers={"Vary": "Accept"})
        return redirect("mfa_activate_totp")
