#!/usr/bin/env python
"""The developer's and operator's door: migrate, createsuperuser, runserver, test, demo."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    # A fresh clone has no configuration yet, and its first commands must work: asking for DEBUG here
    # is safe because this file never serves a clinic. core.wsgi, which does, refuses without a SECRET_KEY.
    file = Path(os.environ.get("ENV_FILE") or HERE / ".env")
    if not file.exists() and "SECRET_KEY" not in os.environ:
        if os.environ.get("ENV_FILE") and "DEBUG" not in os.environ:
            sys.stderr.write(f"There is no file {file}, which ENV_FILE names: this is DEBUG, without configuration.\n")
        os.environ.setdefault("DEBUG", "True")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
