"""Settings, all of them from the environment (see .env.example); a missing secret stops the start."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from texting.schedule import BEAT_SCHEDULE, every

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
# An empty ENTERPRISE_ENV_FILE means "read no file": tests must not see the developer's own settings.
env_file = os.environ.get("ENTERPRISE_ENV_FILE", str(BASE_DIR / ".env"))
if env_file and Path(env_file).is_file():
    env.read_env(env_file)


def required(name: str) -> str:
    """Return the environment's `name`; an absent or empty one stops the start with one sentence."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: put it into the environment or .env (see .env.example).")
    return value


DATA = Path(env.str("ENTERPRISE_DATA", default="") or BASE_DIR / ".data")
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = required("SECRET_KEY")
DATABASES = {"default": env.db_url_config(required("DATABASE_URL"))}
# A database whose machine has vanished says nothing: without these a page, and a runner, would wait for minutes.
PATIENCE = {
    "connect_timeout": 5,
    "tcp_user_timeout": 20_000,
    # What freezes in the middle of a transaction must not keep what it has locked: lines, texts. And what nobody waits
    # for any more, for web gave up or a process was killed, must not go on.
    "options": "-c idle_in_transaction_session_timeout=30000 -c client_connection_check_interval=1000",
}
DATABASES["default"].update({"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False})
_ADDRESS_OPTIONS = DATABASES["default"].get("OPTIONS", {})
DATABASES["default"]["OPTIONS"] = {
    **PATIENCE,
    **_ADDRESS_OPTIONS,
    # Of two that set the same the later one counts, so what the address says.
    "options": f"{PATIENCE['options']} {_ADDRESS_OPTIONS.get('options', '')}".strip(),
}
REDIS_URL = required("REDIS_URL")
PUBLIC_URL = required("PUBLIC_URL").rstrip("/")
# 127.0.0.1 is how the machine's own probes ask.
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", default=[urlsplit(PUBLIC_URL).hostname or "localhost"]), "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])

# --- Texting -------------------------------------------------------------------------------------
TEXTING = {
    "KEYS": required("TEXTING_KEYS"),
    "PUBLIC_URL": PUBLIC_URL,
    "PROVIDERS": {
        "zipwhip": {
            "url": env.str("ZIPWHIP_URL", default="https://api.zipwhip.com"),
            "app_url": env.str("ZIPWHIP_APP_URL", default="https://app.zipwhip.com"),
        },
    },
    "LOG_SINK": "enterprise.messagelog.texting.log_conversations",
    "LOG_READER": "enterprise.messagelog.texting.read_log",
    "AUDIT": "enterprise.administration.audit.record",
    "CELERY_APP": "enterprise.celery.app",
    "LINE_PACE": timedelta(seconds=env.float("TEXTING_LINE_PACE_SECONDS", default=1.0)),
    "TEXT_LIFE": timedelta(hours=env.int("TEXTING_TEXT_LIFE_HOURS", default=4)),
    "SENDER_SLOTS": env.int("TEXTING_SENDER_SLOTS", default=16),
    "SPOOL": env.str("TEXTING_SPOOL", default=str(DATA / "spool")),
    "LARGE_SELECTION": env.int("TEXTING_LARGE_SELECTION", default=2000),
    "METRICS_TOKEN": env.str("METRICS_TOKEN", default=""),
}

# --- Applications --------------------------------------------------------------------------------
INSTALLED_APPS = [
    "texting.frame",
    "enterprise.users",
    "enterprise.people",
    "enterprise.employees",
    "enterprise.contacts",
    "enterprise.assignments",
    "enterprise.hotlists",
    "enterprise.messagelog",
    "enterprise.administration",
    "texting",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "enterprise.administration.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "enterprise.permissions_policy.PermissionsPolicyMiddleware",
    "enterprise.methods.KnownMethodsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "enterprise.users.signed_in.SignedInMiddleware",
    "texting.frame.signed_in_as.SignedInAsMiddleware",
    "enterprise.administration.audit_middleware.AuditMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "enterprise.users.middleware.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "enterprise.urls"
WSGI_APPLICATION = "enterprise.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "enterprise.frame.context_processors.navigation",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DJANGO_TABLES2_TEMPLATE = "django_tables2/table.html"

# --- Who may come in -----------------------------------------------------------------------------
AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "enterprise.users.backends.GuessingBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "users:sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "users:sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# The pair, for a stranger who only knows a name must not be able to lock its owner out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
# The page says 15 minutes; trying meanwhile must not make it longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "enterprise.administration.audit_origin.client_address"
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"

# With this prefix a browser takes it from this very host alone. enterprise/users/signed_in.py ends what is not used.
SESSION_COOKIE_NAME = "sessionid" if DEBUG else "__Host-session"
CSRF_COOKIE_NAME = "csrftoken" if DEBUG else "__Host-csrftoken"
MESSAGE_STORAGE = "enterprise.frame.messages.MessageStorage"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = not DEBUG
# A provider that is answered with a redirect gives up; probes speak plain HTTP inside the network.
SECURE_REDIRECT_EXEMPT = [r"^texting/webhooks/", r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 0 if DEBUG else int(timedelta(days=365).total_seconds())
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
SECURE_REFERRER_POLICY = "same-origin"
# How many proxies of ours a request passes; each adds to X-Forwarded-For whom it saw.
PROXY_COUNT = env.int("PROXY_COUNT", default=1) if env.bool("BEHIND_PROXY", default=False) else 0
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# "Select all" posts one field a record.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# --- Time, language, files -----------------------------------------------------------------------
# The firm's language: what is written for good, such as a logged message, is in it. Each reader chooses their own.
LANGUAGE_CODE = env.str("FIRM_LANGUAGE", default="en")
LANGUAGES = [("en", "English"), ("es", "Español"), ("fr", "Français")]
# The words of texting lie in its own folder, so that it keeps them in another host.
LOCALE_PATHS = [BASE_DIR / "enterprise" / "locale"]
FORMAT_MODULE_PATH = ["texting.frame.formats"]
TIME_ZONE = "America/Chicago"
USE_TZ = True
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Celery: scheduled and long work only; a text never waits for it -------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "health_check_interval": 15,
    "global_keyprefix": "enterprise:",
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
# No limit to what a worker takes before it has done it. Kombu counts a task whose acknowledgement Redis refused, during
# a change of its password for one, as taken for ever: after as many as the limit a worker takes nothing more.
CELERY_WORKER_PREFETCH_MULTIPLIER = 0
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    **BEAT_SCHEDULE,
    "remove-leftovers": every(3600.0, "enterprise.remove_leftovers"),
}

# --- Logs: ids, never bodies, full numbers or secrets ----------------------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "texting.logs.JsonFormatter"},
    },
    "filters": {"mask": {"()": "texting.logs.Mask"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.str("LOG_FORMAT", default="line" if DEBUG else "json"),
            "filters": ["mask"],
        },
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # urllib3 writes whole URLs at DEBUG; the provider's carry session keys and numbers.
        "urllib3": {"level": "WARNING"},
        # Its own handler would mail an error with all that was posted.
        "django": {"handlers": []},
        "django.request": {"level": "ERROR"},
        # One line of greeting for every process.
        "axes": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
