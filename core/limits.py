"""How often one address may ask for anything, and one user for pages; the API counts its users itself."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts import rates as user_rates
from common import rates
from common.addresses import client_address, is_of_this_machine, network
from common.errors import TooOften
from common.metrics import count_refusal
from core.refusals import answer
from core.requests import API, QUIET
from web.visitors import told_to_wait


class RateLimits:
    """Comes after the session: a page's user is known by then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info in QUIET:
            return self.get_response(request)
        try:
            self._spend(request)
        except TooOften as error:
            return _refusal(request, error)
        return self.get_response(request)

    def _spend(self, request: HttpRequest) -> None:
        address = client_address(request)
        if address and not is_of_this_machine(address):
            rates.spend("address", network(address), settings.RATE_LIMIT_ADDRESS)
        if not request.path_info.startswith(API) and request.user.is_authenticated:
            user_rates.spend(request.user, request.method)


def _refusal(request: HttpRequest, error: TooOften) -> HttpResponseBase:
    if not request.path_info.startswith(API):
        return told_to_wait(request, error)
    count_refusal(error.code)
    return answer(request, error, 429)
