"""The settings of an ordinary Django project; what texting asks for is marked with a T."""

import os
from datetime import timedelta
from pathlib import Path

import environ

from texting.schedule import BEAT_SCHEDULE

HERE = Path(__file__).resolve().parent
SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "crm.urls"
DATABASES = {"default": environ.Env().db_url_config(os.environ["DATABASE_URL"])}  # T: PostgreSQL
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True  # T
STATIC_URL = "static/"
STATICFILES_DIRS = [Path(__file__).resolve().parent.parent / "static"]  # T: styles and scripts
LOGIN_URL, LOGIN_REDIRECT_URL = "login", "/"
INSTALLED_APPS = [
    "crm",
    "texting",  # T
    "texting.frame",  # T: what texting's pages are made with; before django.forms
    "django_htmx",  # T
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",  # T
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",  # T
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # T
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # T
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",  # T
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
# T: all that texting is told
TEXTING = {
    "KEYS": os.environ["TEXTING_KEYS"],
    "PUBLIC_URL": os.environ["PUBLIC_URL"],
    "PROVIDERS": {"zipwhip": {"url": os.environ["ZIPWHIP_URL"], "app_url": os.environ["ZIPWHIP_URL"]}},
    "LOG_SINK": "crm.texting.log_conversations",
    "LOG_READER": "crm.texting.read_log",
    "AUDIT": "crm.texting.record_audit",
    "CELERY_APP": "crm.celery.app",
    "LINE_PACE": timedelta(seconds=1),
    "SENDER_SLOTS": 8,
    "SPOOL": os.environ["TEXTING_SPOOL"],
}
CELERY_BROKER_URL = os.environ["REDIS_URL"]
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE  # T
