"""What gunicorn logs, in the same lines as the application, and as private."""

import logging
from typing import Any

from gunicorn.glogging import Logger

from common.logs import PrivateFormatter

# It quotes the line that it cannot read, and with it what is searched for.
UNREADABLE = "Invalid request from"


class PrivateLogger(Logger):
    """gunicorn's ``logger_class``; gunicorn.conf.py names it. There is no access log: `core.requests` writes it."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(PrivateFormatter())

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if msg.startswith(UNREADABLE):
            msg, args = "A request was not HTTP.", ()
        super().warning(msg, *args, **kwargs)

    def access(self, *args: Any) -> None:
        """Nothing: it would hold addresses with what is searched for."""


logging.raiseExceptions = False  # a line that cannot be written is not printed with its values instead
