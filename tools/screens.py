"""Pictures of the pages for the documentation: ``python -m tools.screens [name ...]`` writes docs/screens.

They show the demo clinic on a Wednesday morning, always the same one, in the distribution's Chromium. Each file stays
below 150 KB.
"""

import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import time_machine
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "screens"
MOMENT = datetime(2026, 3, 4, 7, 40, tzinfo=UTC)  # 10:40 in Nairobi
WIDTHS = {1440: 800, 768: 1024, 390: 844}
MOST_BYTES = 150_000


def ready(page: Page) -> None:
    """Nothing is to be done but to wait for what the page loads."""
    page.wait_for_load_state("networkidle")


def desk(page: Page) -> None:
    page.wait_for_selector("#desk[data-alive]")
    ready(page)


def quick_booking(page: Page) -> None:
    desk(page)
    page.keyboard.press("n")
    page.locator("#id_query").fill("otieno")
    page.locator("#patient-options li").first.click()
    page.locator("#whom-options li", has_text="Cardiology").first.click()
    page.wait_for_selector("#times:not([aria-busy]) input:checked", state="attached")
    page.locator("#book").focus()


def one_visit(page: Page) -> None:
    desk(page)
    page.locator("button.visit.visit:not([tabindex='0'])").first.click()
    page.wait_for_selector("#panel[open] .facts")


def press(page: Page, *names: str) -> None:
    """The buttons and links of a way, one after the other."""
    for name in names:
        page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name)).first.click()
        ready(page)


def times(page: Page) -> None:
    press(page, "Consultation", "Show free times")


def details(page: Page) -> None:
    times(page)
    press(page, "Take this time")


def enter(page: Page) -> None:
    page.get_by_label("Full name").fill("Wanjiku Kamau")
    page.get_by_label("Phone number").fill("0712 345 678")
    page.get_by_label("The clinic may keep these details").check()
    press(page, "Continue")


def check(page: Page) -> None:
    details(page)
    enter(page)


def booked(page: Page) -> None:
    """Of a later day, so that it can still be moved."""
    press(page, "Consultation", "Show free times", "Later")
    page.wait_for_url("**from=*")
    press(page, "Take this time")
    enter(page)
    press(page, "Book this visit")
    # What a picture shows is not the link of the day that it was taken.
    page.evaluate("document.querySelector('.private-link a').textContent = location.origin + '/visit/…/'")


def in_french(page: Page) -> None:
    press(page, "Français")


def planned_leave(page: Page) -> None:
    page.get_by_label("First day").fill("2026-03-05")
    page.get_by_role("button", name="Show what it touches").click()
    ready(page)


@dataclass(frozen=True, slots=True)
class Screen:
    """A picture: its name, the address, who looks (None: nobody signed in), and what is done before it is taken."""

    name: str
    address: str
    username: str | None = "reception"
    prepare: Callable[[Page], None] = ready
    scheme: str = "light"


SCREENS = (
    Screen("desk", "/desk/?view=day", prepare=desk),
    Screen("desk-dark", "/desk/?view=day", prepare=desk, scheme="dark"),
    Screen("desk-week", "/desk/?view=week", prepare=desk),
    Screen("desk-agenda", "/desk/?view=agenda&specialization=Paediatrics"),
    Screen("quick-booking", "/desk/?view=day", prepare=quick_booking),
    Screen("visit", "/desk/?view=day", prepare=one_visit),
    Screen("board", "/board/"),
    Screen("home", "/", username=None),
    Screen("booking", "/book/", username=None),
    Screen("booking-times", "/book/", username=None, prepare=times),
    Screen("booking-details", "/book/", username=None, prepare=details),
    Screen("booking-check", "/book/", username=None, prepare=check),
    Screen("booking-done", "/book/", username=None, prepare=booked),
    Screen("my-visits", "/my/", username="patient"),
    Screen("my-visits-french", "/my/", username="patient", prepare=in_french),
    Screen("my-waiting", "/my/waiting/join/", username="patient"),
    Screen("patients", "/patients/"),
    Screen("patient", "/patients/77/"),
    Screen("merge", "/patients/77/merge/350/"),
    Screen("my-day", "/my-day/", username="doctor"),
    Screen("my-hours", "/my-hours/", username="doctor"),
    Screen("leave", "/my-leave/", username="doctor", prepare=planned_leave),
    Screen("dashboard", "/dashboard/", username="admin"),
    Screen("dashboard-dark", "/dashboard/", username="admin", scheme="dark"),
    Screen("manage-location", "/manage/locations/1/", username="admin"),
    Screen("manage-type", "/manage/types/1/", username="admin"),
    Screen("manage-users", "/manage/users/", username="admin"),
    Screen("manage-rooms", "/manage/rooms/", username="admin"),
    Screen("manage-holidays", "/manage/holidays/", username="admin"),
    Screen("audit", "/audit/", username="auditor"),
    Screen("sign-in", "/accounts/login/", username=None),
    Screen("second-factor", "/accounts/2fa/", username="doctor"),
    Screen("register", "/patients/new/"),
    Screen("calendar-address", "/my-calendar/", username="doctor"),
    Screen("contact", "/my/people/", username="patient"),
)


@contextmanager
def demo_clinic() -> Iterator[str]:
    """The demo clinic, served at the address that it gives. Time goes on from `MOMENT`."""
    with tempfile.TemporaryDirectory() as directory, time_machine.travel(MOMENT, tick=True):
        os.environ |= {
            "ENV_FILE": os.devnull,
            "DEBUG": "True",
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_URL": f"sqlite:///{directory}/demo.sqlite3",
            "CLINIC_NAME": "Uhuru Family Clinic",
            "CLINIC_TIME_ZONE": "Africa/Nairobi",
            "CLINIC_COUNTRY": "KE",
            "DJANGO_SETTINGS_MODULE": "core.settings",
            # Playwright keeps an event loop in this thread, and Django would take every query for a mistake.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        }
        import django  # noqa: PLC0415 - the environment comes first

        django.setup()
        from django.contrib.staticfiles.handlers import StaticFilesHandler  # noqa: PLC0415
        from django.core.management import call_command  # noqa: PLC0415
        from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler  # noqa: PLC0415
        from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        call_command("demo", verbosity=0)

        class Silent(WSGIRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing of each request."""

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = ThreadedWSGIServer(("127.0.0.1", port), Silent)
        server.set_app(StaticFilesHandler(get_wsgi_application()))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{port}"
        server.shutdown()


def signed_in(username: str) -> str:
    """The key of a session of a user of the demo."""
    from django.test import Client  # noqa: PLC0415 - the environment comes first

    from accounts.models import User  # noqa: PLC0415

    client = Client()
    client.force_login(User.objects.get(username=username))
    return client.cookies["sessionid"].value


def take(browser: Browser, address: str, screen: Screen, width: int) -> Path:
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": WIDTHS[width]},
        locale="en-GB",
        timezone_id="Africa/Nairobi",
        color_scheme=screen.scheme,  # type: ignore[arg-type]  # light or dark
        reduced_motion="reduce",
    )
    context.clock.install(time=MOMENT)
    if screen.username:
        context.add_cookies([{"name": "sessionid", "value": signed_in(screen.username), "url": address}])
    page = context.new_page()
    page.goto(screen.address)
    screen.prepare(page)
    path = TARGET / f"{screen.name}-{width}.png"
    page.screenshot(path=path)
    context.close()
    return path


def main(names: list[str]) -> int:
    TARGET.mkdir(parents=True, exist_ok=True)
    wanted = [screen for screen in SCREENS if not names or screen.name in names]
    too_large = 0
    with sync_playwright() as playwright, demo_clinic() as address:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--lang=en-GB"]
        )
        for screen in wanted:
            for width in WIDTHS:
                path = take(browser, address, screen, width)
                size = path.stat().st_size
                too_large += size > MOST_BYTES
                print(f"{path.relative_to(ROOT)}: {size // 1000} KB{' (too large)' if size > MOST_BYTES else ''}")
        browser.close()
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
