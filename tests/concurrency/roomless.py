"""core.wsgi without the lock of rooms, for the negative control: doctors and patients are locked as ever.

On SQLite the transaction is the lock of everything: there ``book`` runs without it.
"""

from core.wsgi import application  # first: it sets Django up

from appointments import services, settling  # isort: skip
from django.db import connection  # isort: skip

__all__ = ["application"]

settling.lock_rooms = lambda visit: None
if connection.vendor == "sqlite":
    services.book = services.book.__wrapped__
