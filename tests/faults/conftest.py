"""The same servers as the tests of concurrency have; what fails, fails for them alone."""

from tests.concurrency.conftest import clock, copied, serve

__all__ = ["clock", "copied", "serve"]
