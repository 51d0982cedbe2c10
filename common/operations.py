"""Steps of migrations."""

from typing import Any

from django.contrib.postgres.operations import BtreeGistExtension


class BtreeGist(BtreeGistExtension):
    """Lets exclusion constraints on PostgreSQL compare ids; nothing happens on SQLite, nor on the way back."""

    def database_backwards(self, *args: Any) -> None:
        """Others may use the extension, and Django's own step asks SQLite for PostgreSQL's catalogue."""
