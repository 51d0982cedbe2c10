"""What browsers are told: to load nothing from elsewhere, run nothing inline, keep nothing and send no forgeries."""

import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from rest_framework.test import APIClient

from accounts.models import User
from core.browser import ContentSecurityPolicy
from patients.models import Patient
from tests.factories import make_patient

PAGE = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
NOT_A_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def policy(response: HttpResponse) -> set[str]:
    return set(response.headers["Content-Security-Policy"].split("; "))


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/desk/", "/patients/", "/dashboard/"])
def test_no_cache_keeps_a_page_of_the_clinic(client: Client, user: User, address: str) -> None:
    client.force_login(user)
    assert client.get(address).headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/admin/", "/admin/appointments/appointment/add/", "/accounts/password/change/"])
def test_pages_run_nothing_inline_and_load_only_files_of_this_server(client: Client, user: User, address: str) -> None:
    client.force_login(user)
    page = client.get(address)
    assert (page.status_code, policy(page)) == (200, PAGE)


def test_a_page_that_is_not_there_has_the_policy_too(client: Client) -> None:
    assert policy(client.get("/nowhere")) == PAGE


def test_a_nonce_is_allowed_where_a_page_uses_it_and_never_twice() -> None:
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse(Template('<script nonce="{{ request.csp_nonce }}">').render(Context({"request": request})))

    nonces = set()
    for _ in range(2):
        answer = ContentSecurityPolicy(page)(RequestFactory().get("/"))
        [nonce] = re.findall(r'nonce="([\w+/=]{24})"', answer.content.decode())
        assert policy(answer) == PAGE - {"script-src 'self'", "style-src 'self'"} | {
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
        }
        nonces.add(nonce)
    assert len(nonces) == 2


def test_what_is_not_a_page_loads_nothing(api: APIClient) -> None:
    patient = make_patient()
    for address in (f"/api/patients/{patient.pk}/", "/api/patients/0/", "/api/nothing", "/healthz"):
        assert api.get(address).headers["Content-Security-Policy"] == NOT_A_PAGE


@pytest.mark.parametrize(
    ("status", "address"),
    [(200, "/api/patients/"), (400, "/api/patients/?page_size=none"), (404, "/api/patients/0/"), (404, "/api/nothing")],
)
def test_no_cache_keeps_an_answer_of_the_api(api: APIClient, status: int, address: str) -> None:
    answer = api.get(address)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/admin/", "/admin/patients/patient/", "/admin/patients/patient/add/"])
def test_no_cache_keeps_a_page_of_the_admin(client: Client, user: User, address: str) -> None:
    client.force_login(user)
    assert "no-store" in client.get(address).headers["Cache-Control"]


def test_a_view_may_say_what_a_cache_keeps() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("public", headers={"Cache-Control": "max-age=60"})

    with override_settings(ROOT_URLCONF=(path("public", view),)):
        assert Client().get("/public").headers["Cache-Control"] == "max-age=60"


VARYING = ("Content-Type", "Content-Length", "Expires", "X-Request-ID")


def test_browsers_are_told_the_rest(client: Client) -> None:
    headers = client.get("/healthz").headers
    assert {name: headers[name] for name in headers if name not in VARYING} == {
        "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private",
        "Content-Security-Policy": NOT_A_PAGE,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": (
            "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
            "magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
        ),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


NEW = {"full_name": "Jane Doe", "phone_number": "0712345678"}


def test_a_write_with_a_session_needs_the_token_against_forgery(user: User) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(user)
    assert browser.get("/api/patients/").status_code == 200
    refused = browser.post("/api/patients/", NEW)
    assert (refused.status_code, refused.json()) == (403, {"detail": "CSRF Failed: CSRF cookie not set."})
    for method, address in (("put", "1/"), ("patch", "1/"), ("delete", "1/")):
        assert getattr(browser, method)(f"/api/patients/{address}", NEW).status_code == 403
    assert Patient.objects.count() == 0


def test_a_write_with_a_session_and_the_token_is_carried_out(user: User) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(user)
    browser.get("/accounts/password/change/")  # a page with a form sets the cookie
    forged = browser.post("/api/patients/", NEW, headers={"X-CSRFToken": "a" * 64})
    assert forged.status_code == 403
    written = browser.post("/api/patients/", NEW, headers={"X-CSRFToken": browser.cookies["csrftoken"].value})
    assert written.status_code == 201


def test_a_write_with_a_token_needs_no_more(api: APIClient) -> None:
    api.handler.enforce_csrf_checks = True
    assert api.post("/api/patients/", NEW).status_code == 201
