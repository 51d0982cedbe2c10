"""The first page and the pages of errors."""

from django.test import Client

from accounts.roles import Role
from tests.web.clients import signed_in


def test_first_page_leads_to_the_api_and_the_administration(client: Client, db: None) -> None:
    page = client.get("/").content.decode()
    assert [address in page for address in ('href="/swagger/"', 'href="/redoc/"', 'href="/admin/"')] == [True] * 3


def test_unknown_page_is_a_404_in_words(client: Client, db: None) -> None:
    answer = client.get("/nowhere/")
    assert (answer.status_code, "There is nothing here" in answer.content.decode()) == (404, True)


def test_browsers_that_ask_for_an_icon_unasked_find_it(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/static/web/icon.svg")


def test_fields_to_sign_in_repeat_no_label_inside_of_them(client: Client, db: None) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert ('placeholder="Username"' in page, 'placeholder="Password"' in page) == (False, False)
    code = signed_in(Role.DOCTOR).get("/accounts/2fa/totp/activate/").content.decode()
    assert ("Authenticator code" in code, 'placeholder="Code"' in code) == (True, False)


def test_form_of_another_session_is_refused_in_words(db: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    for language, said in {"en": "This form is out of date", "fr": "Ce formulaire n’est plus à jour"}.items():
        answer = browser.post("/sign-out/", headers={"Accept-Language": language})
        assert (answer.status_code, f"<h1>{said}</h1>" in answer.content.decode()) == (403, True)


def test_the_administration_bears_the_clinics_name(admin_client: Client) -> None:
    page = admin_client.get("/admin/").content.decode()
    assert ("Test Clinic: administration" in page, "Django administration" in page) == (True, False)
