"""What stands in texting's tables, for superusers: to look, and to have a stored webhook taken in again."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.utils.html import format_html

from texting import conf, intake
from texting.dispatch import wake_runners
from texting.models import (
    Batch,
    Conversation,
    ConversationRecord,
    Line,
    LineWebhook,
    OptOut,
    Recipient,
    Text,
    TextEvent,
    WebhookEvent,
)

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline

State = WebhookEvent.State
# As much of a webhook as a person reads; the limit of what is stored is far above it.
SHOWN_BYTES = 20_000


class ReadOnly:
    """To look at: what texting keeps is changed by texting alone."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_active and request.user.is_superuser


class WebhookInline(ReadOnly, TabularInline):
    model = LineWebhook
    fields = ["event", "provider_hook_id", "registered_at"]
    readonly_fields = ["registered_at"]


@admin.register(Line)
class LineAdmin(ReadOnly, ModelAdmin):
    """Without the tokens: they are encrypted, and still nobody's to see."""

    list_display = ["number", "owner_kind", "owner_id", "state", "pause_reason", "last_contact_at", "next_free_at"]
    list_filter = ["state", "owner_kind"]
    search_fields = ["number", "username"]
    exclude = ["password_token", "session_token", "webhook_token"]
    inlines = [WebhookInline]


@admin.register(Batch)
class BatchAdmin(ReadOnly, ModelAdmin):
    list_display = ["pk", "created_at", "sender", "line", "people_count", "done_count", "is_reply", "source"]
    list_filter = ["is_reply", "line"]
    list_select_related = ["sender", "line"]
    date_hierarchy = "created_at"


@admin.register(Recipient)
class RecipientAdmin(ReadOnly, ModelAdmin):
    list_display = ["pk", "batch", "name", "record_type", "record_id", "number", "text", "reason"]
    list_filter = ["reason", "record_type"]
    list_select_related = ["batch", "text"]
    search_fields = ["name", "number", "=record_id", "=batch__id"]


class TextEventInline(ReadOnly, TabularInline):
    model = TextEvent
    fields = ["at", "status", "reason", "attempt"]
    ordering = ["pk"]


@admin.register(Text)
class TextAdmin(ReadOnly, ModelAdmin):
    list_display = ["pk", "created_at", "direction", "origin", "number", "line", "status", "reason", "provider_code"]
    list_filter = ["status", "direction", "origin", "reason", "line"]
    list_select_related = ["line"]
    search_fields = ["number", "=provider_id", "=id"]
    inlines = [TextEventInline]
    show_full_result_count = False


class ConversationRecordInline(ReadOnly, TabularInline):
    model = ConversationRecord


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, ModelAdmin):
    list_display = ["pk", "line", "number", "opened_at", "last_text_at", "closed_at", "logged_at", "failure"]
    list_filter = [("closed_at", admin.EmptyFieldListFilter), ("logged_at", admin.EmptyFieldListFilter), "line"]
    list_select_related = ["line"]
    search_fields = ["number", "=id"]
    inlines = [ConversationRecordInline]


@admin.register(OptOut)
class OptOutAdmin(ReadOnly, ModelAdmin):
    list_display = ["number", "source", "word", "opted_out_at", "lifted_at", "lifted_by_word"]
    list_filter = ["source", ("lifted_at", admin.EmptyFieldListFilter)]
    search_fields = ["number"]


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnly, ModelAdmin):
    list_display = ["pk", "received_at", "line", "event", "state", "tries", "problem"]
    list_filter = ["state", "event", "line"]
    list_select_related = ["line"]
    search_fields = ["=id", "problem"]
    exclude = ["body"]
    readonly_fields = ["readable_body"]
    actions = ["try_again", "set_aside"]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("texting.view_webhookevent")

    def has_try_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("texting.change_webhookevent")

    @admin.display(description="body")
    def readable_body(self, event: WebhookEvent) -> SafeString:
        return format_html("<pre>{}</pre>", readable(bytes(event.body)))

    @admin.action(description="Take in again: malformed and quarantined", permissions=["try_again"])
    def try_again(self, request: HttpRequest, events: QuerySet[WebhookEvent]) -> None:
        stuck = events.filter(state__in=WebhookEvent.STUCK)
        count = intake.try_again(stuck)
        audited = {"events": count}
        conf.audit()(actor_id=request.user.pk, action="events.taken_in_again", subject="texting:events", facts=audited)
        wake_runners()
        left_out = "" if count else " Only malformed and quarantined ones can be."
        messages.info(request, f"{count} will be taken in again.{left_out}")

    @admin.action(description="Nothing to be done: set malformed and quarantined ones aside", permissions=["try_again"])
    def set_aside(self, request: HttpRequest, events: QuerySet[WebhookEvent]) -> None:
        """End the alert about them; their bodies stay, and the command replay_webhooks can still take them in."""
        count = events.filter(state__in=WebhookEvent.STUCK).update(state=State.KEPT)
        conf.audit()(
            actor_id=request.user.pk, action="events.set_aside", subject="texting:events", facts={"events": count}
        )
        messages.info(request, f"{count} set aside.")


def readable(body: bytes) -> str:
    """A webhook's body for reading: JSON laid out, whatever else as it is; bytes that are no text are shown as \\x.."""
    cut = body[:SHOWN_BYTES]
    text = cut.decode("utf-8", "backslashreplace")
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    visible = "".join(one if one.isprintable() or one == "\n" else f"\\x{ord(one):02x}" for one in text)
    return visible if cut == body else f"{visible}\n… and {len(body) - SHOWN_BYTES:,} bytes more"
