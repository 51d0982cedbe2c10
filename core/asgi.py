"""The same application for an ASGI server."""

import os

from django.core.asgi import get_asgi_application

from core import charset, size

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

application = size.asgi(charset.asgi(get_asgi_application()))
