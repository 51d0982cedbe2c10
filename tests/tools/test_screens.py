"""The pictures of the pages in docs/screens: each screen at each width, and small enough to keep."""

import pytest

from tools.screens import MOST_BYTES, SCREENS, TARGET, WIDTHS, Screen


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_screen_is_pictured_at_every_width(screen: Screen) -> None:
    sizes = [(TARGET / f"{screen.name}-{width}.png").stat().st_size for width in WIDTHS]
    assert all(0 < size < MOST_BYTES for size in sizes)
