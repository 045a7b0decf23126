"""How gunicorn serves: `gunicorn --config python:enterprise.gunicorn`. GUNICORN_CMD_ARGS adds to it or overrides it."""

from __future__ import annotations

from enterprise.settings import LOGGING

wsgi_app = "enterprise.wsgi"
bind = "0.0.0.0:8000"
workers = 2
threads = 4
# Shorter than Compose's patience, longer than any page.
graceful_timeout = 20
control_socket_disable = True
# Addresses of webhooks hold secrets: there is no access log.
logconfig_dict = {**LOGGING, "loggers": {**LOGGING["loggers"], "gunicorn.error": {"propagate": True}}}
