"""Forms of pages, as a browser reads and sends them."""

from html.parser import HTMLParser
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse


class Entries(HTMLParser):
    """What a browser would send of the page's forms if nobody touched them."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.open = ""  # the select that is being read
        self.text = ""  # the textarea

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name = given.get("name") or ""
        if tag in ("select", "textarea"):
            self.open, self.text = (name, "") if tag == "select" else ("", name)
            self.values[name] = ""
        elif tag == "option" and "selected" in given:
            self.values[self.open] = given.get("value") or ""
        elif tag == "input" and given.get("type") == "checkbox":
            if "checked" in given:
                self.values[name] = "on"
        elif tag == "input" and name and given.get("type") != "submit":
            self.values[name] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self.open = self.text = ""

    def handle_data(self, data: str) -> None:
        if self.text and data.strip():
            self.values[self.text] = self.values[self.text] or data.strip()


def entries(response: HttpResponse) -> dict[str, str]:
    """The names and values of the page's form, without the "__prefix__" rows that scripts copy."""
    parser = Entries()
    parser.feed(response.content.decode())
    return {name: value for name, value in parser.values.items() if "__prefix__" not in name}


class AdminPages:
    """The admin of one model, through a signed-in client."""

    def __init__(self, client: Client, model: type[Any]) -> None:
        self.client = client
        self.names = f"admin:{model._meta.app_label}_{model._meta.model_name}"

    def url(self, page: str, *args: Any) -> str:
        return reverse(f"{self.names}_{page}", args=args)

    def add(self, **typed: Any) -> HttpResponse:
        """Open the add page, type into it and save."""
        return self._send(self.url("add"), typed)

    def change(self, pk: int, **typed: Any) -> HttpResponse:
        """Open the change page, type into it and save."""
        return self._send(self.url("change", pk), typed)

    def run(self, action: str, *rows: Any) -> list[str]:
        """Tick rows, run an action, and read the messages."""
        ticked = {"action": action, "_selected_action": [row.pk for row in rows]}
        response = self.client.post(self.url("changelist"), ticked, follow=True)
        return messages(response)

    def queries_of_list(self, *, rows: int) -> int:
        """How many queries the list takes, which must show so many rows."""
        self.client.get(self.url("changelist"))  # the first one renews the session
        with CaptureQueriesContext(connection) as captured:
            response = self.client.get(self.url("changelist"))
        assert len(response.context["cl"].result_list) == rows
        return len(captured)

    def _send(self, url: str, typed: dict[str, Any]) -> HttpResponse:
        return self.client.post(url, {**entries(self.client.get(url)), **typed}, follow=True)


def messages(response: HttpResponse) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def errors(response: HttpResponse) -> dict[str, list[str]]:
    """The errors of the page's form by field, {} if it was saved."""
    form = response.context.get("adminform")
    return {name: list(texts) for name, texts in form.form.errors.items()} if form else {}
