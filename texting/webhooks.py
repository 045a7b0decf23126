"""Where ZipWhip calls: compare the secret, store the raw body, answer 200. Thinking comes later, in the runner."""

from __future__ import annotations

import hashlib
import logging

from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from texting import arrivals, conf
from texting.models import Line
from texting.secrets import CannotDecrypt

logger = logging.getLogger(__name__)


@csrf_exempt
@login_not_required
@require_POST
def receive(request: HttpRequest, line_id: int, secret: str, event: str) -> HttpResponse:
    """Store an event once.

    404 to who does not know the secret, 411 to a body of untold length (it would be read as empty), 413 to one that is
    too large. 503 while the database does not take it: then it waits on disk, should it not be sent again.
    """
    try:
        line = Line.objects.filter(pk=line_id).first()
        if line is None or not _knows(line, secret):
            raise Http404
        if refusal := _refuse_body(request):
            return refusal
        arrivals.store(line_id, event, request.body)
    except Error:
        logger.exception("an event of line %s could not be stored", line_id)
        if refusal := _refuse_body(request):
            return refusal
        arrivals.spool(line_id, secret, event, request.body)
        return HttpResponse("Not stored; send it again.", status=503, content_type="text/plain")
    return HttpResponse(status=200)


def _refuse_body(request: HttpRequest) -> HttpResponse | None:
    length = request.headers.get("Content-Length", "")
    if not length.isdigit():
        return HttpResponse("Say how long it is.", status=411, content_type="text/plain")
    if int(length) > conf.WEBHOOK_BODY_LIMIT_BYTES:
        return HttpResponse("Too large.", status=413, content_type="text/plain")
    return None


def _knows(line: Line, secret: str) -> bool:
    try:
        return arrivals.knows_secret(line, hashlib.sha256(secret.encode()).hexdigest())
    except CannotDecrypt:
        logger.exception("line %s: its webhook secret cannot be read", line.pk)
        return False
