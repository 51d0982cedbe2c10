"""The settings of the tests: the system's own, with an environment that does not depend on the machine's."""

import os
import re
import tempfile
from pathlib import Path

# A developer's own configuration stops here.
EXAMPLE = Path(__file__).resolve().parent.parent / ".env.example"
for name in re.findall(r"^#? ?([A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE):
    os.environ.pop(name, None)
os.environ["ENV_FILE"] = os.devnull

os.environ["DEBUG"] = "False"
os.environ["SECRET_KEY"] = "only-for-tests-" + "x" * 50
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
os.environ["CLINIC_NAME"] = "Test Clinic"
os.environ["CLINIC_TIME_ZONE"] = "UTC"
os.environ["CLINIC_COUNTRY"] = "KE"
os.environ["ONLINE_BOOKING"] = "True"
os.environ["SECURE_SSL_REDIRECT"] = "False"
os.environ["SECURE_COOKIES"] = "False"
for limit in ("USER", "ADDRESS", "PATIENT_CHANGES"):  # the clock stands still, and with it the minute
    os.environ[f"RATE_LIMIT_{limit}"] = "0"
# A file, so that the threads of a served clinic have connections of their own, as in production.
SQLITE = Path(tempfile.gettempdir(), f"clinic-tests-{os.getpid()}.sqlite3")
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{SQLITE}"

from core.settings import *  # noqa: F403
from core.settings import DATABASES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
DATABASES["default"]["OPTIONS"].pop("pool", None)  # one connection a test process is enough
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(SQLITE)}
    # Gone after the tests: nothing need survive a power cut.
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
