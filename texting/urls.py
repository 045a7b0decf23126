from __future__ import annotations

from django.urls import path

from texting import webhooks
from texting.views import (
    accounting,
    attachments,
    batch_list,
    batches,
    decisions,
    first_text,
    inbox,
    line,
    lines,
    record,
    send,
    unmatched,
    why,
)

app_name = "texting"
urlpatterns = [
    path("compose/", send.compose, name="compose"),
    path("drafts/<uuid:draft_id>/", send.draft, name="draft"),
    path("drafts/<uuid:draft_id>/sent/", send.sent, name="sent"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("batches/", batch_list.batches, name="batches"),
    path("unmatched/", unmatched.tray, name="unmatched"),
    path("unmatched/<int:conversation_id>/link/", unmatched.link, name="link-conversation"),
    path("unmatched/<int:conversation_id>/dismiss/", unmatched.dismiss, name="dismiss-conversation"),
    path("batches/<int:batch_id>/", batches.batch, name="batch"),
    path("batches/<int:batch_id>/cancel/", batches.cancel, name="cancel-batch"),
    path("batches/<int:batch_id>/again/", batches.again, name="batch-again"),
    path("records/<slug:record_type>/<int:record_id>/", record.record_texts, name="record-texts"),
    path("attachments/<int:attachment_id>/", attachments.download, name="attachment"),
    path("attachments/<int:attachment_id>/preview/", attachments.preview, name="attachment-preview"),
    path("texts/<int:text_id>/fetch-again/", attachments.fetch_again, name="fetch-again"),
    path("conversations/<int:conversation_id>/reply/", record.reply, name="reply"),
    path("lines/", lines.lines, name="lines"),
    path("lines/add/", lines.add, name="add-line"),
    path("lines/<int:line_id>/", lines.edit, name="edit-line"),
    path("lines/<int:line_id>/state/", line.line, name="line"),
    path("lines/<int:line_id>/webhooks/", line.webhooks, name="line-webhooks"),
    path("lines/<int:line_id>/webhooks/repair/", line.repair, name="repair-line"),
    path("lines/<int:line_id>/check/", lines.check, name="check-line"),
    path("lines/<int:line_id>/pause/", lines.pause, name="pause-line"),
    path("lines/<int:line_id>/resume/", lines.resume, name="resume-line"),
    path("lines/<int:line_id>/guard/end/", line.end_guard, name="end-guard"),
    path("lines/<int:line_id>/remove/", lines.remove, name="remove-line"),
    path("test-text/", first_text.test_text, name="test-text"),
    path("why/", why.why, name="why"),
    path("undecided/", decisions.undecided, name="undecided"),
    path("undecided/<int:text_id>/", decisions.decide, name="decide"),
    path("undecided/batches/<int:batch_id>/", decisions.take_over, name="take-over"),
    path("accounting/", accounting.account, name="accounting"),
    path("settings/", lines.settings, name="settings"),
    path("webhooks/<int:line_id>/<str:secret>/<slug:event>", webhooks.receive, name="webhook"),
]
