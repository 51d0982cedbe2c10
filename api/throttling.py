"""`accounts.rates` for the API: DRF asks a throttle once it knows who sends the request."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts import rates


class PerUser(BaseThrottle):
    """Raises TooOften, which says what to do, instead of answering False."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if request.user and request.user.is_authenticated:
            rates.spend(request.user, request.method)
        return True
