from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from enterprise.celery import app
from enterprise.patience import give_up_on_silence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprise.settings")

application = get_wsgi_application()
give_up_on_silence()
# A page may ask a worker for something, but never waits for a Redis that hangs: what is to be done stands in a row.
impatient = {"socket_timeout": 0.1, "socket_connect_timeout": 0.1, "max_retries": 0}
app.conf.broker_transport_options = {**app.conf.broker_transport_options, **impatient}
app.conf.task_publish_retry = False
