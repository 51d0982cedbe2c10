"""Where log lines go, and which of them are written: what they hold is for `common.logs`."""

import logging
from typing import Any

from django.core.exceptions import ImproperlyConfigured


def log_settings(*, level: str, kind: str, mailed: bool) -> dict[str, Any]:
    """LOGGING: lines of ``kind``, console or json, from ``level`` on; errors are ``mailed`` to ADMINS as well."""
    if level not in logging.getLevelNamesMapping() or kind not in ("console", "json"):
        raise ImproperlyConfigured(
            f"LOG_LEVEL={level!r} or LOG_FORMAT={kind!r} is not known. "
            "Use DEBUG, INFO, WARNING or ERROR, and console or json."
        )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"private": {"()": "common.logs.PrivateFormatter", "kind": kind}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "private"},
            "mail": {"class": "common.logs.MailAdmins", "formatter": "private"},
        },
        "root": {"handlers": ["stderr", "mail"] if mailed else ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would print failures a second time, with what they say, and mail them.
            "django": {"handlers": [], "propagate": True},
            # What strangers send, such as another Host: not mailed, or the mail of a minute would always be about that.
            "django.security": {"handlers": ["stderr"], "propagate": False},
            "django.request": {"level": "ERROR"},  # milder ones are in our own line about the request
            "django.db.backends": {"level": "WARNING"},  # at DEBUG: every statement with its values
        },
    }
