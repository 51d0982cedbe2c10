"""What the tests of this package may ask for."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.files import Import


@pytest.fixture
def bring(tmp_path: Path) -> Import:
    """Import the text as a file; what the command says, and at the end "!" with why it failed."""

    def bring(kind: str, text: str, *options: str) -> str:
        path = tmp_path / f"{kind}.csv"
        path.write_text(text, encoding="utf-8")
        said = io.StringIO()
        try:
            call_command("import_csv", kind, str(path), *options, stdout=said, verbosity=0)
        except CommandError as error:
            said.write(f"! {error}\n")
        return said.getvalue()

    return bring
