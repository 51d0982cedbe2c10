"""Every setting, each value from the environment. `.env.example` lists and explains the variables."""

import logging
import os
import re
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from phonenumbers import SUPPORTED_REGIONS
from whitenoise.compress import Compressor

from core.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()
# A variable that is already set wins over the file.
env_file = env.str("ENV_FILE", default="") or str(BASE_DIR / ".env")
env.read_file(env_file)

# --- Safe by default -----------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)

DEVELOPMENT_SECRET_KEY = "insecure-development-key-never-used-without-DEBUG"  # noqa: S105 - refused without DEBUG
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET_KEY if DEBUG else "")
# Keys of before: what they have signed and encrypted is still read.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
HOST = re.compile(r"\*|\.?[\w.-]+|\[[0-9a-fA-F:.]+\]")

if not DEBUG:
    if os.environ.get("ENV_FILE") and not Path(env_file).exists():
        raise ImproperlyConfigured(
            f"There is no file {env_file}, which ENV_FILE names. Write it, as .env.example shows, or unset ENV_FILE."
        )
    if len(SECRET_KEY) < 50 or SECRET_KEY == DEVELOPMENT_SECRET_KEY or SECRET_KEY.startswith("change-me"):
        raise ImproperlyConfigured(
            "SECRET_KEY is missing, shorter than 50 characters, or the example's. Set it in the environment or in .env "
            "to the output of: python -c 'import secrets; print(secrets.token_urlsafe(50))' "
            "(or set DEBUG=True on a developer's machine)."
        )
    if "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS=* lets anyone pose as this clinic's address. Set it to the host names that people use, "
            "separated by commas, for example ALLOWED_HOSTS=clinic.example.org."
        )
if wrong := [host for host in ALLOWED_HOSTS if not HOST.fullmatch(host)]:
    raise ImproperlyConfigured(
        f"ALLOWED_HOSTS={wrong[0]} is not the name of a host, and no request would be for it. Write names without "
        "https://, port and path, separated by commas, for example ALLOWED_HOSTS=clinic.example.org,127.0.0.1."
    )

# --- The clinic ----------------------------------------------------------------------------------

CLINIC_NAME = env.str("CLINIC_NAME", default="").strip() or "Main Clinic"
CLINIC_TIME_ZONE = env.str("CLINIC_TIME_ZONE", default="UTC")
if CLINIC_TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(
        f"CLINIC_TIME_ZONE={CLINIC_TIME_ZONE!r} is not an IANA time zone. "
        "Use a name such as Africa/Nairobi or Europe/London."
    )
CLINIC_COUNTRY = env.str("CLINIC_COUNTRY", default="").upper()
if CLINIC_COUNTRY and CLINIC_COUNTRY not in SUPPORTED_REGIONS:
    raise ImproperlyConfigured(
        f"CLINIC_COUNTRY={CLINIC_COUNTRY!r} is not the two-letter code of a country. Use one such as KE."
    )
CLINIC_PHONE = env.str("CLINIC_PHONE", default="")

# --- Booking -------------------------------------------------------------------------------------

HOLD_MINUTES = env.int("HOLD_MINUTES", default=5)
HOLDS_PER_USER = env.int("HOLDS_PER_USER", default=5)
# What patients may do by themselves; 0 is no limit.
PATIENT_FUTURE_VISITS = env.int("PATIENT_FUTURE_VISITS", default=10)
PATIENT_CANCELLATIONS = env.int("PATIENT_CANCELLATIONS", default=5)
PATIENT_CANCELLATION_DAYS = env.int("PATIENT_CANCELLATION_DAYS", default=30)
WAITLIST_OFFER_MINUTES = env.int("WAITLIST_OFFER_MINUTES", default=60)
# Without an account: the clinic has to say that it wants it.
ONLINE_BOOKING = env.bool("ONLINE_BOOKING", default=DEBUG)
ONLINE_HOLD_MINUTES = env.int("ONLINE_HOLD_MINUTES", default=10)
ONLINE_HOLDS_PER_ADDRESS = env.int("ONLINE_HOLDS_PER_ADDRESS", default=10)
ONLINE_LINK_DAYS = env.int("ONLINE_LINK_DAYS", default=7)

# For how many years after the last visit records are kept, of children from when they come of age; 0 is for good.
RETENTION_YEARS = env.int("RETENTION_YEARS", default=0, most=1000)

# --- Applications --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "accounts.apps.AdminConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "api",  # before drf_spectacular: its ReDoc page replaces the stock one, which calls a font host
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_htmx",
    "clinic_assets",  # the browser's third-party files: see assets/README.md
    "web",  # before allauth: its pages replace the stock ones
    "allauth",  # before accounts, whose admin takes away what these show
    "allauth.account",
    "allauth.mfa",
    "common",
    "accounts",
    "audit",
    "clinics",
    "doctors",
    "patients",
    "appointments",
    "core",
]

MIDDLEWARE = [
    "core.requests.NamedRequests",
    "core.metrics.Measured",
    "core.browser.PrivateAnswers",
    "core.browser.ContentSecurityPolicy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.language.Language",  # after the user: a patient's own language counts
    "core.limits.RateLimits",
    "core.messages.Messages",
    "accounts.sessions.SessionLimits",
    "accounts.sessions.StaffSecondFactor",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "audit.middleware.Audited",  # the innermost: nothing changes what it has seen
]

ROOT_URLCONF = "core.urls"
WSGI_APPLICATION = "core.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.context.clinic",
            ]
        },
    }
]

# --- Signing in ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.GuardedBackend"]
# The first is used; what others have made is read, and made anew at the next sign-in.
PASSWORD_HASHERS = [
    f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("Argon2", "PBKDF2", "PBKDF2SHA1", "Scrypt")
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Failed attempts before a lock, and for how long it holds after the last of them.
LOGIN_ATTEMPTS = env.int("LOGIN_ATTEMPTS", default=5, least=1)
LOGIN_ATTEMPTS_PER_ACCOUNT = env.int("LOGIN_ATTEMPTS_PER_ACCOUNT", default=10, least=1)
LOGIN_ATTEMPTS_PER_ADDRESS = env.int("LOGIN_ATTEMPTS_PER_ADDRESS", default=30, least=1)
LOGIN_COOL_OFF_MINUTES = env.int("LOGIN_COOL_OFF_MINUTES", default=15, least=1)

REQUIRE_STAFF_MFA = env.bool("REQUIRE_STAFF_MFA", default=False)
TOKEN_IDLE_DAYS = env.int("TOKEN_IDLE_DAYS", default=30, least=1)
TOKEN_DAYS = env.int("TOKEN_DAYS", default=90, least=1)
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=30, least=1)
SESSION_HOURS = env.int("SESSION_HOURS", default=12, least=1)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # no longer than the browser is open, nor than the limits above
ACCOUNT_RATE_LIMITS = False  # accounts/guard.py counts, in the database
ACCOUNT_FORMS = {"change_password": "accounts.forms.ChangePasswordForm"}
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # the code before and the code after are right as well: clocks differ, people type
MFA_FORMS = {"authenticate": "accounts.forms.AuthenticateForm", "reauthenticate": "accounts.forms.ReauthenticateForm"}

MESSAGE_STORAGE = "core.messages.Storage"

# --- Database ------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def database(url: str) -> dict[str, Any]:
    """The settings of the database at ``url``: what makes bookings safe differs by engine."""
    example = "postgres://user:password@host:5432/name"
    config = env.parsed("DATABASE_URL", url, environ.Env.db_url_config, example)
    engine = config.get("ENGINE", "")
    options = config.setdefault("OPTIONS", {})
    if engine.endswith("sqlite3"):
        # IMMEDIATE serialises writers from BEGIN on; FULL survives a power cut after an answered booking.
        options.setdefault("transaction_mode", "IMMEDIATE")
        options.setdefault("timeout", 20)
        options.setdefault("init_command", "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    elif engine.endswith("postgresql"):
        from common.postgres import giving_up_after  # noqa: PLC0415 - psycopg is loaded where it is used

        config["CONN_HEALTH_CHECKS"] = True
        most = env.int("DATABASE_POOL_MAX", default=8, least=1)
        least = env.int("DATABASE_POOL_MIN", default=1)
        if least > most:
            raise ImproperlyConfigured(
                f"DATABASE_POOL_MIN={least} is more than DATABASE_POOL_MAX={most}: no connection could be made. "
                "Write a smaller one, or raise the other."
            )
        # What is prepared is planned once, not for each of its values: they choose by the same keys every time.
        options.setdefault(
            "options", "-c lock_timeout=3000 -c statement_timeout=10000 -c plan_cache_mode=force_generic_plan"
        )
        # What `common.statements` sends is prepared at its first use. Not every pooler in between lets that happen.
        options.setdefault("prepare_threshold", 0 if env.bool("DATABASE_PREPARE", default=True) else None)
        # A server that is gone without a word is given up after some 10 seconds, not after TCP's two hours.
        for name, value in (("connect_timeout", 5), ("keepalives_idle", 5), ("keepalives_interval", 2)):
            options.setdefault(name, value)
        options.setdefault("keepalives_count", 3)
        options.setdefault("tcp_user_timeout", 10_000)
        options.setdefault(
            "pool",
            {
                "min_size": least,
                "max_size": most,
                "timeout": 5,
                # After that it stops trying by itself, ever more rarely, and tries whenever somebody asks.
                "reconnect_timeout": 3,
                # More than the server's own timeouts above, which it tells of.
                "connection_class": giving_up_after(env.int("DATABASE_SILENCE_SECONDS", default=12)),
            },
        )
    else:
        raise ImproperlyConfigured(
            "DATABASE_URL names no database that can refuse a double booking. "
            "Use postgres://user:password@host:5432/name or sqlite:///path/to/file."
        )
    return config


DATABASES = {"default": database(env.str("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}"))}

# --- Time and language ---------------------------------------------------------------------------

# Instants are UTC inside. Local time is always that of a location, never the server's.
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- Static files --------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "core.storage.HashedFiles"
    },
}

# Pages name files by their hash, so the plain copies are not kept; source maps, megabytes that only a developer's tools
# ask for, are not compressed. Both made collectstatic take most of a minute.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

# --- HTTPS and browsers --------------------------------------------------------------------------

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not DEBUG)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0 if DEBUG else 31_536_000, most=1_000_000_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=not DEBUG)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=not DEBUG)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked by the machine beside us, without TLS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_COOKIES = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = env.bool(
    "SECURE_COOKIES", default=not DEBUG
)
if not (DEBUG or SECURE_COOKIES) and not set(ALLOWED_HOSTS) <= {"localhost", "127.0.0.1", "[::1]", "testserver"}:
    raise ImproperlyConfigured(
        "SECURE_COOKIES=False sends sessions over the network for anyone to read. Serve over HTTPS and leave it out; "
        "it is for this machine only, with ALLOWED_HOSTS=localhost."
    )
SESSION_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if not DEBUG and any("*" in origin or not origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS):
    raise ImproperlyConfigured(
        "CSRF_TRUSTED_ORIGINS names whole domains, or an address without TLS: anybody's pages could then write here. "
        "Name each origin: https://desk.example.org."
    )
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    # Only behind a proxy that sets this header itself, as deploy/nginx.conf does: a client could lie.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Of every page, the admin's too: what is not named is not allowed, nothing inline, no eval. A script or style that has
# to be inline carries `{{ request.csp_nonce }}`. Swagger UI and ReDoc bring a policy of their own.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Limits --------------------------------------------------------------------------------------

# Of a body, in bytes; core/size.py refuses more before Django reads any of it.
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def rate(name: str, text: str) -> tuple[int, int] | None:
    """How many in how many seconds; None is no limit."""
    most, _, period = text.partition("/")
    if text == "0":
        return None
    if not (most.isascii() and most.isdigit() and int(most)) or period not in SECONDS:
        raise ImproperlyConfigured(
            f"{name}={text!r} is not a rate. Write how many requests a second, minute, hour or day, such as 6000/m, "
            "or 0 for no limit."
        )
    return int(most), SECONDS[period]


RATE_LIMIT_USER = rate("RATE_LIMIT_USER", env.str("RATE_LIMIT_USER", default="6000/m"))
RATE_LIMIT_ADDRESS = rate("RATE_LIMIT_ADDRESS", env.str("RATE_LIMIT_ADDRESS", default="12000/m"))
RATE_LIMIT_ONLINE = rate("RATE_LIMIT_ONLINE", env.str("RATE_LIMIT_ONLINE", default="60/h"))
RATE_LIMIT_PATIENT_CHANGES = rate("RATE_LIMIT_PATIENT_CHANGES", env.str("RATE_LIMIT_PATIENT_CHANGES", default="40/h"))

# Where processes share what they count; empty: in the database.
CACHE_URL = env.str("CACHE_URL", default="")
if CACHE_URL.startswith(("locmem", "dummy", "file")):
    raise ImproperlyConfigured(
        "CACHE_URL names a cache that processes do not share, and each would count requests by itself. "
        "Use rediscache://host:6379/0, or unset it: then they are counted in the database."
    )
if CACHE_URL:
    example = "rediscache://127.0.0.1:6379/0"
    shared = env.parsed("CACHE_URL", CACHE_URL, environ.Env.cache_url_config, example)
    if not CACHE_URL.startswith(("rediscache://", "redis://", "rediss://")) or "?" in CACHE_URL:
        raise ImproperlyConfigured(
            "CACHE_URL is for Redis alone, without a ? and what follows it: what else there is was never tried. "
            f"Use {example}, or rediss:// for TLS, or unset it: then requests are counted in the database."
        )
    if find_spec("redis") is None:
        raise ImproperlyConfigured(
            "CACHE_URL is set, but the package redis is not installed: nobody would be counted. "
            "Run pip install -r requirements-production.txt, or unset it: then requests are counted in the database."
        )
    # In seconds. It is asked while somebody waits, and only counts: one that says nothing is soon given up.
    patience = {"socket_connect_timeout": 1, "socket_timeout": 1}
    CACHES = {"default": shared | {"BACKEND": "django.core.cache.backends.redis.RedisCache", "OPTIONS": patience}}

# --- Metrics -------------------------------------------------------------------------------------

# Who may read /metrics: whoever sends the token, and these addresses. By default nobody.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_ADDRESSES = env.list("METRICS_ADDRESSES", default=[])
try:
    [ip_network(network, strict=False) for network in METRICS_ADDRESSES]
except ValueError as error:
    raise ImproperlyConfigured(
        f"METRICS_ADDRESSES: {error}. Use addresses or networks, separated by commas, such as 10.0.0.5,10.1.0.0/16."
    ) from error

# --- Logs ----------------------------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
LOG_FORMAT = env.str("LOG_FORMAT", default="console" if DEBUG else "json")
if LOG_LEVEL not in logging.getLevelNamesMapping() or LOG_FORMAT not in ("console", "json"):
    raise ImproperlyConfigured(
        f"LOG_LEVEL={LOG_LEVEL!r} or LOG_FORMAT={LOG_FORMAT!r} is not known. "
        "Use DEBUG, INFO, WARNING or ERROR, and console or json."
    )

ADMINS = [("", address) for address in env.list("ADMINS", default=[])]
SERVER_EMAIL = env.str("SERVER_EMAIL", default="root@localhost")
mail_server = env.str("EMAIL_URL", default="consolemail://" if DEBUG else "dummymail://")
if ADMINS and mail_server == "dummymail://":
    raise ImproperlyConfigured(
        "ADMINS is set, but nothing would be mailed to them. Set EMAIL_URL to the mail server, for example "
        "EMAIL_URL=smtp+tls://user:password@mail.example.org:587, or unset ADMINS."
    )
example = "smtp+tls://user:password@mail.example.org:587"
vars().update(env.parsed("EMAIL_URL", mail_server, environ.Env.email_url_config, example))
EMAIL_TIMEOUT = 10  # seconds

# What a log line could not be made of is not printed instead, with all its values.
logging.raiseExceptions = DEBUG
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"private": {"()": "common.logs.PrivateFormatter", "kind": LOG_FORMAT}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "private"},
        "mail": {"class": "common.logs.MailAdmins", "formatter": "private"},
    },
    "root": {"handlers": ["stderr", "mail"] if ADMINS else ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Django's own handlers would print failures a second time, with what they say, and mail them.
        "django": {"handlers": [], "propagate": True},
        # What strangers send, such as another Host: not mailed, or the mail of a minute would always be about that.
        "django.security": {"handlers": ["stderr"], "propagate": False},
        "django.request": {"level": "ERROR"},  # milder ones are in our own line about the request
        "django.db.backends": {"level": "WARNING"},  # at DEBUG: every statement with its values
    },
}

# --- The API -------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    # TokenAuthentication stays first: its WWW-Authenticate header makes a missing token a 401, not a 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["api.rights.ByRights"],
    "DEFAULT_RENDERER_CLASSES": ["api.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.problems.Negotiation",
    "DEFAULT_PARSER_CLASSES": [
        "api.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["api.throttling.PerUser"],
    "DEFAULT_FILTER_BACKENDS": ["api.lists.FieldFilter", "api.lists.TextSearch", "api.lists.Ordering"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.Pages",
    "PAGE_SIZE": 5,
    "DEFAULT_SCHEMA_CLASS": "api.schema.Schema",
    "EXCEPTION_HANDLER": "api.errors.answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Healthcare Appointment Scheduling",
    "DESCRIPTION": (
        "Patients, doctors, their availability, and appointments that cannot be double-booked.\n\n"
        "Get a token from `POST /api-token-auth/` and send it as `Authorization: Token ...`; in Swagger UI press "
        "**Authorize** and enter `Token`, a space, and the token. "
        "Times are UTC in answers; a time without an offset is read on the clock of the place that it is about."
    ),
    "VERSION": "1.0.0",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "AUTHENTICATION_WHITELIST": ["api.authentication.TokenAuthentication"],
    "SCHEMA_PATH_PREFIX": "/api/",
    "SCHEMA_COERCE_PATH_PK_SUFFIX": True,
    "COMPONENT_SPLIT_REQUEST": True,
    "PARSER_WHITELIST": ["api.parsers.JSONParser"],  # forms are read as well, but the API speaks JSON
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema_shared.add_what_operations_share",
        "api.schema_retries.add_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AppointmentStatus": "appointments.lifecycle.Status",
        "ChangeAction": "appointments.models.AppointmentChange.Action",
        "ExceptionKind": "doctors.models.AvailabilityException.Kind",
        "Weekday": "scheduling.hours.WEEKDAYS",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,  # it repeats the values
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # A token stays in the page, not in the browser; no service elsewhere is asked to judge the schema.
    "SWAGGER_UI_SETTINGS": {
        "persistAuthorization": False,
        "validatorUrl": None,
        "filter": True,
        "docExpansion": "list",
        "defaultModelsExpandDepth": 0,
        "displayRequestDuration": True,
    },
}

env.refuse_misspelt()

# --- Tests ---------------------------------------------------------------------------------------

TEST_RUNNER = "tests.runner.Runner"
