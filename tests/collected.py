"""What `collectstatic` leaves for a server that names files by their hash, in a moment: the names alone."""

import json
from pathlib import Path

from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.finders import get_finders


def names() -> dict[str, str]:
    """Every file that there is, and what it is called then: here, the same."""
    files = (path for finder in get_finders() for path, _ in finder.list(StaticFilesConfig.ignore_patterns))
    return {path: path for path in files}


def put_down(folder: Path, paths: dict[str, str]) -> None:
    """Write them where STATIC_ROOT is ``folder``."""
    (folder / "staticfiles.json").write_text(json.dumps({"version": "1.1", "paths": paths, "hash": ""}))
