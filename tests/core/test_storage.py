"""Files with a hash in their names: what one of our modules imports is named as pages name it."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage

from core.storage import HashedFiles


def test_modules_import_each_other_by_their_hashed_names(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(settings, "STATIC_ROOT", str(tmp_path))
    storage = HashedFiles(location=str(tmp_path), base_url="/static/")
    source = Path(str(finders.find("web/site.js"))).parent
    modules = {
        f"web/{path.name}": (FileSystemStorage(str(source.parent)), f"web/{path.name}") for path in source.glob("*.js")
    }
    (tmp_path / "web").mkdir()
    for path in source.glob("*.js"):
        (tmp_path / "web" / path.name).write_bytes(path.read_bytes())
    list(storage.post_process(modules))
    named = dict(storage.hashed_files)
    wrong = []
    for hashed in named.values():
        text = (tmp_path / hashed).read_text()
        wrong += [url for url in re.findall(r'from "\./(.*?)"', text) if f"web/{url}" not in named.values()]
    assert (len(named) >= 5, wrong) == (True, [])
