"""The first page and the pages of errors."""

from django.test import Client


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
