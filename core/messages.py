"""Notes for the next page, of what was done: "Amina Hassan: cancelled." They are kept on the way there."""

from typing import Any

from django.conf import settings
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.messages.storage.base import BaseStorage
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.requests import API


class Messages(MessageMiddleware):
    """A program has no notes: making room for them would take as long as asking who it is."""

    def process_request(self, request: HttpRequest) -> None:
        if request.COOKIES or not request.path_info.startswith(API):
            super().process_request(request)


class Storage(BaseStorage):
    """Of who is signed in, in the session, and gone with it: notes name patients, and a cookie, which anybody at the
    browser can read, would show them to whoever opens the next page there.

    Of visitors in a cookie: nobody's name is in theirs, and no row of the database is made for who only looks.
    """

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self._cookie: Any = CookieStorage(request)
        self._session: Any = SessionStorage(request)

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Any], bool]:
        kept = [*self._of_visitors(), *(self._of_user() if self._is_signed_in() else [])]
        return kept, True

    def _store(self, messages: list[Any], response: HttpResponseBase, *args: Any, **kwargs: Any) -> list[Any]:
        if not self._is_signed_in():
            return list(self._cookie._store(messages, response))
        if CookieStorage.cookie_name in self.request.COOKIES:
            self._cookie._store([], response)
        return list(self._session._store(messages, response))

    def _of_visitors(self) -> list[Any]:
        told, _ = self._cookie._get()
        return [message for message in told or () if message != CookieStorage.not_finished]

    def _of_user(self) -> list[Any]:
        told, _ = self._session._get()
        return list(told or ())

    def _is_signed_in(self) -> bool:
        """Whoever has just signed in, without a cookie yet, included; without either the session is left alone."""
        has_session = settings.SESSION_COOKIE_NAME in self.request.COOKIES or self.request.session.modified
        return has_session and self.request.user.is_authenticated
