"""Records from files: each row is judged by the same rules and services as a request, and reported on its own."""
