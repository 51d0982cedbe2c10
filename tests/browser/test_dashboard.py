"""The dashboard in a browser: drawn in light and dark, and all numbers without scripts."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.roles import Role
from appointments import services
from tests.browser.conftest import WIDTHS, Visitors, assert_accessible, sign_in
from tests.factories import book, make_doctor, make_user


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_plots_are_drawn_from_their_tables(visitors: Visitors, live_server: Any, scheme: Any) -> None:
    services.complete(book("2026-03-02 10:00", doctor=make_doctor(full_name="Anna One")))
    context = visitors.new(color_scheme=scheme)
    sign_in(context, live_server, make_user(Role.ADMIN))
    page = context.new_page()
    page.goto("/dashboard/?from=2026-03-02&to=2026-03-08")
    expect(page.locator("[data-plot]:not([hidden]) canvas")).to_have_count(6)
    drawn = page.evaluate("Chart.getChart(document.querySelector('canvas')).data.datasets.map((set) => set.data)")
    assert drawn == [[1, 0, 0, 0, 0, 0, 0], [0] * 7, [0] * 7]
    for width in (WIDTHS["phone"], WIDTHS["desk"]):
        page.set_viewport_size({"width": width, "height": 900})
        assert_accessible(page)
    page.locator("summary", has_text="The numbers").first.press("Enter")
    expect(page.locator("#bookings-table")).to_be_visible()
    assert_accessible(page)


def test_numbers_stand_at_the_ends_of_bars_beside_names_of_any_length(visitors: Visitors, live_server: Any) -> None:
    doctor = make_doctor(full_name="Ana María de los Ángeles Fernández de Villavicencio")
    services.complete(book("2026-03-02 10:00", doctor=doctor))
    services.mark_no_show(book("2026-03-02 11:00", doctor=doctor))
    context = visitors.new(viewport={"width": WIDTHS["phone"], "height": 900})
    sign_in(context, live_server, make_user(Role.ADMIN))
    page = context.new_page()
    page.goto("/dashboard/?from=2026-03-02&to=2026-03-08")
    plot = page.locator("[data-plot=no-shows-table]:not([hidden]) canvas")
    ends = plot.evaluate("canvas => Chart.getChart(canvas).options.plugins.ends.texts")
    names = plot.evaluate("canvas => Chart.getChart(canvas).data.labels")
    assert (list(ends), names) == (["50.0 %"], [["Ana María de los", "Ángeles", "Fernández de…"]])


def test_paper_is_white_in_the_dark_as_well(visitors: Visitors, live_server: Any) -> None:
    context = visitors.new(color_scheme="dark")
    sign_in(context, live_server, make_user(Role.ADMIN))
    page = context.new_page()
    services.complete(book("2026-03-02 10:00"))
    page.goto("/dashboard/?from=2026-03-02&to=2026-03-08")
    bars = "Chart.getChart(document.querySelector('canvas')).data.datasets[0].backgroundColor"
    assert page.evaluate(bars) == "#6fc7d3"
    page.emulate_media(media="print")
    page.wait_for_function(f"{bars} === '#0a5c68'")


def test_period_is_chosen_by_keyboard(page: Page, context: BrowserContext, live_server: Any) -> None:
    make_doctor()
    sign_in(context, live_server, make_user(Role.RECEPTIONIST))
    page.goto("/dashboard/")
    page.get_by_label("From", exact=True).fill("2026-01-01")
    page.get_by_label("To", exact=True).fill("2026-01-31")
    page.get_by_label("To", exact=True).press("Enter")
    expect(page.get_by_text("1 January 2026 to 31 January 2026")).to_be_visible()


def test_numbers_are_there_without_scripts(visitors: Visitors, live_server: Any) -> None:
    make_doctor(full_name="Anna One")
    context = visitors.new(java_script_enabled=False)
    sign_in(context, live_server, make_user(Role.ADMIN))
    page = context.new_page()
    page.goto("/dashboard/?from=2026-03-02&to=2026-03-08")
    expect(page.locator("#by-doctor-table").get_by_text("Anna One")).to_be_visible()
    expect(page.locator("canvas").first).to_be_hidden()
