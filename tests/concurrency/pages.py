"""core.wsgi, with pages that name static files as they are: nothing was collected, so no file has a hash."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

from django.conf import settings

settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

from core.wsgi import application

__all__ = ["application"]
