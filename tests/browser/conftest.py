"""A clinic that is served, and a real browser to visit it: the distribution's Chromium.

Every test of a page watches what the browser sees on the way: an error on the console, a breach of the content
security policy, a request that fails or goes to another host fails the test.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from accounts.models import User
from tests.factories import NOW
from tests.runner import find_chromium

CHROMIUM = find_chromium()
WIDTHS = {"desk": 1440, "tablet": 768, "phone": 390}

AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # of what is right it need not tell each place
}

SECONDS_TO_START = 120
# A machine that is busy with other tests may take its time.
expect.set_options(timeout=20_000)

# Playwright keeps an event loop in this thread, and Django would take every query for a mistake.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            # One worker has the browser: two would fight for the cores.
            item.add_marker(pytest.mark.xdist_group("browser"))
            # What a page does to the database is tested without a browser, in tests/web, on both engines.
            item.add_marker(pytest.mark.once)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium: apt install chromium-headless-shell"))


@pytest.fixture(scope="package")
def browser(
    request: pytest.FixtureRequest, live_server: Any, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Browser]:
    """One for all tests of pages, and gone after them: its event loop would be in the way of other tests.

    It and the server have shown a page before the first test begins: a cold start takes long on a busy machine.
    """
    # Inside Playwright's greenlet Python 3.11 cannot parse sources, which pytest's own way to show failures does.
    request.config.option.tbstyle, usual = "native", request.config.option.tbstyle
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments, timeout=SECONDS_TO_START * 1000)
        with django_db_blocker.unblock():
            page = browser.new_page()
            page.goto(f"{live_server.url}/accounts/login/", timeout=SECONDS_TO_START * 1000)
            page.close()
        yield browser
        browser.close()
    request.config.option.tbstyle = usual


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The clock starts at `NOW` and goes on: a browser and a server wait for each other."""
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


class Watched:
    """What went wrong on the pages of a context. A test that provokes it says so: ``watched.expect("409")``."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.wrong: list[str] = []
        self.expected: list[str] = []

    def expect(self, *texts: str) -> None:
        self.expected += texts

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("requestfailed", self._failed)
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("weberror", lambda error: self.wrong.append(f"script: {error.error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # the visitor went on before it came
            self.wrong.append(f"failed: {request.url} {request.failure}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.host, "data:", "blob:")):
            self.wrong.append(f"another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.wrong.append(f"answer: {response.status} {response.url}")

    def check(self) -> None:
        unexpected = [text for text in self.wrong if not any(part in text for part in self.expected)]
        assert unexpected == []


@pytest.fixture
def watched(live_server: Any) -> Iterator[Watched]:
    watching = Watched(live_server.url)
    yield watching
    watching.check()


class Visitors:
    """Contexts of the browser: each is a visitor with cookies of their own."""

    def __init__(self, browser: Browser, url: str, watched: Watched) -> None:
        self.browser, self.url, self.watched = browser, url, watched
        self.contexts: list[BrowserContext] = []

    def new(self, **options: Any) -> BrowserContext:
        """A visitor whose browser shows the same time as the server's. ``options`` are Playwright's."""
        usual = {
            "base_url": self.url,
            "locale": "en-GB",
            "timezone_id": "UTC",
            "viewport": {"width": WIDTHS["desk"], "height": 900},
            "reduced_motion": "reduce",
        }
        context = self.browser.new_context(**{**usual, **options})
        context.set_default_timeout(20_000)
        context.clock.install(time=NOW)
        self.watched.over(context)
        self.contexts.append(context)
        return context


@pytest.fixture
def visitors(browser: Browser, live_server: Any, watched: Watched) -> Iterator[Visitors]:
    visitors = Visitors(browser, live_server.url, watched)
    yield visitors
    for context in visitors.contexts:
        context.close()


@pytest.fixture
def context(visitors: Visitors) -> BrowserContext:
    return visitors.new()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def sign_in(context: BrowserContext, live_server: Any, user: User) -> None:
    """Let the visitor have a session of ``user``, as the log-in page would give."""
    client = Client()
    client.force_login(user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])


def assert_accessible(page: Page) -> None:
    """axe finds nothing against WCAG 2.2 A and AA."""
    page.wait_for_load_state()  # without its styles a page has other sizes
    if page.viewport_size:  # nor may it be on the way from one width to another
        page.wait_for_function("width => innerWidth === width", arg=page.viewport_size["width"])
        page.evaluate("() => new Promise(laid => requestAnimationFrame(() => requestAnimationFrame(laid)))")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("async options => (await axe.run(options)).violations", AXE_OPTIONS)
    told = [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]
    assert told == []
    width = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width[0] <= width[1], f"the page is wider than the window: {width}"


def tab_to(page: Page, locator: Locator, *, most: int = 80) -> None:
    """Press Tab until the element has the focus: whoever has no mouse gets there, too."""
    for _ in range(most):
        if locator.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{most} stops of the keyboard do not lead to {locator}")
