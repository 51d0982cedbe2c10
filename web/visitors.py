"""What somebody without an account may send, and how often."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views import View

from common import rates
from common.addresses import client_address, is_of_this_machine, network
from common.errors import TooOften
from common.metrics import count_refusal


class Counted(View):
    """A page whose forms are counted by the network address that they come from: RATE_LIMIT_ONLINE."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        address = client_address(request)
        if request.method == "POST" and address and not is_of_this_machine(address):
            try:
                rates.spend("online", network(address), settings.RATE_LIMIT_ONLINE)
            except TooOften as error:
                return told_to_wait(request, error)
        return super().dispatch(request, *args, **kwargs)


def told_to_wait(request: HttpRequest, error: TooOften) -> HttpResponse:
    """The page for whoever sends more than is read."""
    count_refusal(error.code)
    response = render(request, "429.html", {"seconds": error.retry_after_seconds}, status=429)
    response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response
