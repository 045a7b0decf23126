"""Where ZipWhip calls: compare the secret, store the raw body, answer 200. Thinking comes later, in the runner."""

from __future__ import annotations

import hashlib
import hmac
import logging

from django.contrib.auth.decorators import login_not_required
from django.db import Error, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from texting import conf
from texting.dispatch import wake_runners
from texting.models import Line
from texting.secrets import CannotDecrypt
from texting.sql import run

logger = logging.getLogger(__name__)


@csrf_exempt
@login_not_required
@require_POST
def receive(request: HttpRequest, line_id: int, secret: str, event: str) -> HttpResponse:
    """Store an event once.

    404 to who does not know the secret, 411 to a body of untold length (it would be read as empty), 413 to one that is
    too large, 503 when it is not stored.
    """
    try:
        line = Line.objects.filter(pk=line_id).first()
        if line is None or not _knows(line, secret):
            raise Http404
        length = request.headers.get("Content-Length", "")
        if not length.isdigit():
            return HttpResponse("Say how long it is.", status=411, content_type="text/plain")
        if int(length) > conf.WEBHOOK_BODY_LIMIT_BYTES:
            return HttpResponse("Too large.", status=413, content_type="text/plain")
        _store(line, event, request.body)
    except Error:
        logger.exception("an event of line %s could not be stored", line_id)
        return HttpResponse("Not stored; send it again.", status=503, content_type="text/plain")
    return HttpResponse(status=200)


def _knows(line: Line, secret: str) -> bool:
    try:
        known = line.reveal("webhook").reveal()
    except CannotDecrypt:
        logger.exception("line %s: its webhook secret cannot be read", line.pk)
        return False
    return hmac.compare_digest(known.encode(), secret.encode())


def _store(line: Line, event: str, body: bytes) -> None:
    with transaction.atomic():
        run(
            """
            INSERT INTO texting_webhookevent
                (line_id, event, body, body_sha256, state, tries, next_try_at, problem, received_at)
            VALUES (%s, %s, %s, %s, 'pending', 0, now(), '', now())
            ON CONFLICT (line_id, event, body_sha256) DO NOTHING
            """,
            [line.pk, event, body, hashlib.sha256(body).hexdigest()],
        )
        wake_runners()
