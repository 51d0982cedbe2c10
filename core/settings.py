"""Every setting, each value from the environment. `.env.example` lists and explains the variables."""

import logging
import os
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

from core import safety
from core.databases import EXAMPLE_OF_REDIS, refuse_what_is_not_shared, use_postgresql, use_redis, use_sqlite
from core.environment import Environment
from core.logs import log_settings
from core.openapi import OPENAPI

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()
# A variable that is already set wins over the file.
env_file = env.str("ENV_FILE", default="") or str(BASE_DIR / ".env")
env.read_file(env_file)

# --- Safe by default -----------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)

SECRET_KEY = env.str("SECRET_KEY", default=safety.DEVELOPMENT_SECRET_KEY if DEBUG else "")
# Keys of before: what they have signed and encrypted is still read.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])

if not DEBUG:
    if os.environ.get("ENV_FILE"):
        safety.refuse_absent_file(env_file)
    safety.refuse_weak_key(SECRET_KEY)
    safety.refuse_any_host(ALLOWED_HOSTS)
safety.refuse_no_host(ALLOWED_HOSTS)

# --- The clinic ----------------------------------------------------------------------------------

CLINIC_NAME = env.str("CLINIC_NAME", default="").strip() or "Main Clinic"
CLINIC_TIME_ZONE = env.str("CLINIC_TIME_ZONE", default="UTC")
safety.refuse_unknown_zone(CLINIC_TIME_ZONE)
CLINIC_COUNTRY = env.str("CLINIC_COUNTRY", default="").upper()
safety.refuse_unknown_country(CLINIC_COUNTRY)
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

example = "postgres://user:password@host:5432/name"
database_url = env.str("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
database = env.parsed("DATABASE_URL", database_url, environ.Env.db_url_config, example)
engine = database.get("ENGINE", "")
if engine.endswith("sqlite3"):
    use_sqlite(database)
elif engine.endswith("postgresql"):
    use_postgresql(
        database,
        least=env.int("DATABASE_POOL_MIN", default=1),
        most=env.int("DATABASE_POOL_MAX", default=8, least=1),
        prepare=env.bool("DATABASE_PREPARE", default=True),
        silence_seconds=env.int("DATABASE_SILENCE_SECONDS", default=12),
    )
else:
    raise ImproperlyConfigured(
        "DATABASE_URL names no database that can refuse a double booking. "
        "Use postgres://user:password@host:5432/name or sqlite:///path/to/file."
    )
DATABASES = {"default": database}

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
if not (DEBUG or SECURE_COOKIES):
    safety.refuse_cookies_in_the_clear(ALLOWED_HOSTS)
SESSION_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if not DEBUG:
    safety.refuse_open_origins(CSRF_TRUSTED_ORIGINS)
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

# How many in how many seconds; None is no limit.
RATE_LIMIT_USER = env.rate("RATE_LIMIT_USER", default="6000/m")
RATE_LIMIT_ADDRESS = env.rate("RATE_LIMIT_ADDRESS", default="12000/m")
RATE_LIMIT_ONLINE = env.rate("RATE_LIMIT_ONLINE", default="60/h")
RATE_LIMIT_PATIENT_CHANGES = env.rate("RATE_LIMIT_PATIENT_CHANGES", default="40/h")

# Where processes share what they count; empty: in the database.
CACHE_URL = env.str("CACHE_URL", default="")
if CACHE_URL:
    refuse_what_is_not_shared(CACHE_URL)
    cache = env.parsed("CACHE_URL", CACHE_URL, environ.Env.cache_url_config, EXAMPLE_OF_REDIS)
    CACHES = {"default": use_redis(cache, CACHE_URL)}

# --- Metrics -------------------------------------------------------------------------------------

# Who may read /metrics: whoever sends the token, and these addresses. By default nobody.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_ADDRESSES = env.list("METRICS_ADDRESSES", default=[])
safety.refuse_no_network(METRICS_ADDRESSES)

# --- Logs ----------------------------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
LOG_FORMAT = env.str("LOG_FORMAT", default="console" if DEBUG else "json")

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
LOGGING = log_settings(level=LOG_LEVEL, kind=LOG_FORMAT, mailed=bool(ADMINS))

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

SPECTACULAR_SETTINGS = OPENAPI

env.refuse_misspelt()

# --- Tests ---------------------------------------------------------------------------------------

TEST_RUNNER = "tests.runner.Runner"
