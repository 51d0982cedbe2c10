"""What production needs before it serves."""

import pytest

from tests.core.environment import PRODUCTION, run, settings_of

__all__ = ["settings_of"]


@pytest.fixture(scope="package")
def installation(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a fresh installation behind a proxy, on SQLite."""
    home = tmp_path_factory.mktemp("installation")
    environment = {
        **PRODUCTION,
        "BEHIND_PROXY": "True",
        "DATABASE_URL": f"sqlite:///{home / 'clinic.sqlite3'}",
        "STATIC_ROOT": str(home / "static"),
    }
    collected = run("manage.py", "collectstatic", "--noinput", **environment)
    assert collected.returncode == 0, collected.stderr
    return environment
