"""Files that came with texts: pictures as we have drawn them anew, the originals only to download."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from texting import attachments
from texting.models import Attachment, AttachmentContent, Text
from texting.seam_help import Hidden
from texting.views.answers import may_send
from texting.views.inbox import of_user
from texting.views.record import visible_records

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

    from texting.models import Conversation
    from texting.views.answers import SignedInRequest

# What a stranger has sent gets no scripts, no origin of ours and no guess at what it might be.
SAFE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    # A stored file never changes.
    "Cache-Control": "private, max-age=86400, immutable",
}


@require_safe
def preview(request: SignedInRequest, attachment_id: int) -> HttpResponse:
    """The picture, drawn anew."""
    content = _find_content(request.user, attachment_id)
    if content.preview is None:
        raise Http404
    return HttpResponse(bytes(content.preview), content_type="image/webp", headers=SAFE)


@require_safe
def download(request: SignedInRequest, attachment_id: int) -> FileResponse:
    """The file as it came; never shown in the page."""
    content = _find_content(request.user, attachment_id)
    return FileResponse(
        BytesIO(bytes(content.original)),
        as_attachment=True,
        filename=_file_name(content.attachment),
        content_type="application/octet-stream",
        headers=SAFE,
    )


def _file_name(attachment: Attachment) -> str:
    """As a header can hold it: the last of a path, and no end of a line, which Django lets through at the end."""
    return attachment.file_name.rpartition("/")[2].strip() or f"file-{attachment.pk}"


@require_POST
@may_send
def fetch_again(request: SignedInRequest, text_id: int) -> HttpResponse:
    """Ask the provider once more for what came with a text."""
    text = get_object_or_404(Text.objects.select_related("conversation"), pk=text_id, conversation__isnull=False)
    conversation = text.conversation
    if conversation is None or not _may_read(request.user, conversation):
        raise Hidden
    if attachments.ask_again(text):
        messages.info(request, _("The files are asked for again; they appear here as soon as ZipWhip has answered."))
    shown_on = visible_records(request.user, conversation)
    return redirect(f"{shown_on[0].url}#texts" if shown_on else "texting:unmatched")


def _find_content(user: AbstractUser, attachment_id: int) -> AttachmentContent:
    """Raises Http404, also for files of conversations that `user` may not read."""
    found = AttachmentContent.objects.select_related("attachment__text__conversation")
    content = get_object_or_404(found, pk=attachment_id, attachment__state=Attachment.State.STORED)
    conversation = content.attachment.text.conversation
    if conversation is None or not _may_read(user, conversation):
        raise Hidden
    return content


def _may_read(user: AbstractUser, conversation: Conversation) -> bool:
    """Whether a conversation is on a record `user` sees, or on a line whose texts they see."""
    on_their_lines = user.has_perm("texting.send") and of_user(user).filter(pk=conversation.pk).exists()
    return on_their_lines or bool(visible_records(user, conversation))
