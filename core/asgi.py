"""The same application for an ASGI server."""

import os

from django.core.asgi import get_asgi_application

from core import charset

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

application = charset.asgi(get_asgi_application())
