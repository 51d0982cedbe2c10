"""The pages that show the API load nothing from another host, and no browser would let them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self'; "
    "style-src 'self' 'unsafe-inline'; worker-src blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
pages = pytest.mark.parametrize("page", ["/swagger/", "/redoc/"])


class Loads(HTMLParser):
    """The addresses that a page loads, and the text of its inline scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.addresses += [value for name, value in attrs if name in ("src", "href", "spec-url") and value]

    def handle_data(self, data: str) -> None:
        if data.strip() and self._inside in ("script", "style"):
            (self.scripts if self._inside == "script" else self.styles).append(data)


@pytest.mark.parametrize(
    ("page", "addresses"),
    [
        (
            "/swagger/",
            [
                "/static/drf_spectacular_sidecar/swagger-ui-dist/favicon-32x32.png",
                "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css",
                "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js",
                "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-standalone-preset.js",
                "/swagger/?script=",
            ],
        ),
        (
            "/redoc/",
            [
                "/static/drf_spectacular_sidecar/swagger-ui-dist/favicon-32x32.png",
                "/api/schema/",
                "/static/drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js",
            ],
        ),
    ],
)
def test_a_page_loads_only_files_of_this_server(client: Client, page: str, addresses: list[str]) -> None:
    loads = Loads(client.get(page).text)
    assert loads.addresses == addresses
    for address in addresses:
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")), address
        else:
            assert client.get(address).status_code == 200, address


@pages
def test_a_page_has_no_script_of_its_own_and_no_foreign_style(client: Client, page: str) -> None:
    loads = Loads(client.get(page).text)
    assert loads.scripts == []
    assert not any("url(" in style or "@import" in style for style in loads.styles)


def test_the_style_sheet_loads_nothing() -> None:
    style = Path(str(finders.find("drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css"))).read_text()
    addresses = re.findall(r"url\(\s*[\"']?([^)\"']*)", style)
    assert addresses
    assert [address for address in addresses if not address.startswith("data:")] == []
    assert "@import" not in style


@pages
def test_the_browser_is_told_to_load_nothing_from_elsewhere(client: Client, page: str) -> None:
    assert client.get(page).headers["Content-Security-Policy"] == POLICY


def test_swagger_ui_asks_nobody_else_and_keeps_no_token(client: Client) -> None:
    answer = client.get("/swagger/?script=")
    assert answer.headers["Content-Type"] == "application/javascript"
    assert 'url: "/api/schema/"' in answer.text
    assert '"validatorUrl": null' in answer.text
    assert '"persistAuthorization": false' in answer.text
    assert "://" not in answer.text


def test_the_schema_is_json_that_cannot_be_misread(client: Client) -> None:
    answer = client.get("/api/schema/")
    assert answer.headers["Content-Type"] == "application/json"
    example = answer.json()["paths"]["/api/patients/"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert example["Register a patient"]["value"]["phone_number"] == "0712345678"


@pytest.mark.parametrize("version", ["2", "\x00", "\r\nSet-Cookie: a=b"])
def test_there_is_one_version_of_the_schema(client: Client, version: str) -> None:
    answer = client.get("/api/schema/", {"version": version})
    assert (answer.status_code, answer.json()["info"]["version"]) == (200, "1.0.0")
    assert answer.headers["Content-Disposition"] == 'inline; filename="Healthcare Appointment Scheduling.json"'
