"""The browser's third-party files, as a Django application: they are in its static folder once it is built."""
