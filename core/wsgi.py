"""The door that a production server opens: `gunicorn core.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from core import charset, size

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

application = size.wsgi(charset.wsgi(get_wsgi_application()))
