"""A clinic that is really served, on a database of its own: for tests of concurrency, the checker and the faults."""
