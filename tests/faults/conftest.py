"""The same servers as the tests of concurrency have; what fails, fails for them alone."""

from tests.concurrency.conftest import clock, serve

__all__ = ["clock", "serve"]
