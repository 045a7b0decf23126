from __future__ import annotations

from django.urls import path

from texting import (
    accounting_views,
    attachment_views,
    batch_list,
    batch_views,
    inbox_views,
    line_page,
    line_views,
    record_views,
    unmatched_views,
    views,
    webhooks,
    why_views,
)

app_name = "texting"
urlpatterns = [
    path("compose/", views.compose, name="compose"),
    path("drafts/<uuid:draft_id>/", views.draft, name="draft"),
    path("drafts/<uuid:draft_id>/sent/", views.sent, name="sent"),
    path("inbox/", inbox_views.inbox, name="inbox"),
    path("batches/", batch_list.batches, name="batches"),
    path("unmatched/", unmatched_views.tray, name="unmatched"),
    path("unmatched/<int:conversation_id>/link/", unmatched_views.link, name="link-conversation"),
    path("unmatched/<int:conversation_id>/dismiss/", unmatched_views.dismiss, name="dismiss-conversation"),
    path("batches/<int:batch_id>/", batch_views.batch, name="batch"),
    path("batches/<int:batch_id>/cancel/", batch_views.cancel, name="cancel-batch"),
    path("batches/<int:batch_id>/again/", batch_views.again, name="batch-again"),
    path("records/<slug:record_type>/<int:record_id>/", record_views.record_texts, name="record-texts"),
    path("attachments/<int:attachment_id>/", attachment_views.download, name="attachment"),
    path("attachments/<int:attachment_id>/preview/", attachment_views.preview, name="attachment-preview"),
    path("texts/<int:text_id>/fetch-again/", attachment_views.fetch_again, name="fetch-again"),
    path("conversations/<int:conversation_id>/reply/", record_views.reply, name="reply"),
    path("lines/", line_views.lines, name="lines"),
    path("lines/add/", line_views.add, name="add-line"),
    path("lines/<int:line_id>/", line_views.edit, name="edit-line"),
    path("lines/<int:line_id>/state/", line_page.line, name="line"),
    path("lines/<int:line_id>/webhooks/", line_page.webhooks, name="line-webhooks"),
    path("lines/<int:line_id>/webhooks/repair/", line_page.repair, name="repair-line"),
    path("lines/<int:line_id>/check/", line_views.check, name="check-line"),
    path("lines/<int:line_id>/pause/", line_views.pause, name="pause-line"),
    path("lines/<int:line_id>/resume/", line_views.resume, name="resume-line"),
    path("lines/<int:line_id>/remove/", line_views.remove, name="remove-line"),
    path("why/", why_views.why, name="why"),
    path("accounting/", accounting_views.account, name="accounting"),
    path("settings/", line_views.settings, name="settings"),
    path("webhooks/<int:line_id>/<str:secret>/<slug:event>", webhooks.receive, name="webhook"),
]
