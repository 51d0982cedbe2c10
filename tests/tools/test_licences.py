"""What may be used is told apart from what may not."""

import pytest

from tools import licences


@pytest.mark.parametrize(
    "licence",
    [
        "MIT",
        "Apache-2.0",
        "LGPL-3.0-only",
        "GNU Lesser General Public License v3 (LGPLv3)",
        "MPL-2.0",
        "GPL-2.0 OR MIT",
        "BSD License OR GNU General Public License (GPL)",
    ],
)
def test_what_goes_with_ours(licence: str) -> None:
    assert licences.goes_with_ours(licence)


@pytest.mark.parametrize(
    "licence",
    [
        "GPL-3.0-or-later",
        "AGPL-3.0",
        "GNU General Public License v2 (GPLv2)",
        "GNU Affero General Public License v3",
        "",
    ],
)
def test_what_does_not(licence: str) -> None:
    assert not licences.goes_with_ours(licence)


def test_all_that_is_installed_goes_with_ours(capsys: pytest.CaptureFixture[str]) -> None:
    assert (licences.main(), capsys.readouterr().out) == (0, "")
