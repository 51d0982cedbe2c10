"""What the operator is told of a failure, and what not: patients trust us with the rest."""

import logging
import traceback
from types import TracebackType

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PrivateFormatter(logging.Formatter):
    """Formats a failure by where it happened and what kind it is, and leaves out what it says.

    The text of an exception can hold a row of somebody's data: PostgreSQL's DETAIL does.
    """

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - logging's name
        """The frames and the kinds of errors, the cause first, as a traceback would show them."""
        chain = []
        error = ei[1]
        while error is not None:
            frames = "".join(traceback.format_tb(error.__traceback__)).rstrip()
            chain.append(
                f"Traceback (most recent call last):\n{frames}\n{type(error).__module__}.{type(error).__name__}"
            )
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n\nThis led to:\n\n".join(reversed(chain))
