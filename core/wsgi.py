"""The door that a production server opens: `gunicorn core.wsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from core import charset, size

# A request makes thousands of objects that are gone with it, and hardly a cycle: by default they would be searched for
# cycles many times a request, with all of Django and of us, which never goes.
OBJECTS_BETWEEN_SEARCHES = 50_000

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

application = size.wsgi(charset.wsgi(get_wsgi_application()))

gc.collect()
gc.freeze()
gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
