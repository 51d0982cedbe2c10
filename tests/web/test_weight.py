"""What a browser loads for a page: scripts and styles below 150 KB, as they travel."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from accounts.roles import Role
from tests.factories import book
from tests.web.people import visitor

MOST = 150_000
IMPORT = re.compile(r'from "\./(.*?)"')


def files_of(html: str) -> set[Path]:
    """The scripts and styles that the page names, and the modules that these import."""
    named = re.findall(r'(?:src|href)="/static/([^"]+\.(?:js|css))"', html)
    found: set[Path] = set()
    waiting = [Path(str(finders.find(name))) for name in named]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += [path.parent / name for name in IMPORT.findall(path.read_text())] if path.suffix == ".js" else []
    return found


def weight(html: str) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 6, mtime=0)) for path in files_of(html))


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/desk/?view=day", "/desk/?view=agenda", "/board/", "/desk/book/"])
def test_scripts_and_styles_of_a_page_stay_below_150_kb(page: str) -> None:
    book()
    html = visitor(Role.RECEPTIONIST).get(page).content.decode()
    assert (len(files_of(html)) >= 6, weight(html) < MOST) == (True, True)
    assert ("event-calendar" in html) is (page == "/desk/?view=day")
