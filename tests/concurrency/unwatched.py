"""core.wsgi in which nobody counts guesses: for the negative control, never for a clinic."""

from core.wsgi import application  # first: it sets Django up

from accounts import guard  # isort: skip

__all__ = ["application"]

guard.admit = lambda username, address: None
