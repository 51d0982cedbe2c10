"""core.wsgi on a machine whose clock is an hour ahead: for the tests of faults, never for a clinic."""

from datetime import timedelta

from core.wsgi import application  # first: it sets Django up

from common import clock  # isort: skip

__all__ = ["application"]

right = clock.now
clock.now = lambda: right() + timedelta(hours=1)
