from __future__ import annotations

from texting.models.account import AccountTaken
from texting.models.attachment import Attachment, AttachmentContent
from texting.models.batch import Batch, Recipient
from texting.models.breaker import Breaker
from texting.models.conversation import Conversation, ConversationRecord, NumberLink, WrongLink
from texting.models.draft import Draft, DraftRecipient
from texting.models.epoch import Epoch
from texting.models.heartbeat import Heartbeat
from texting.models.line import Line, LineWebhook
from texting.models.opt_out import OptOut
from texting.models.settings import TextingSettings
from texting.models.text import Text, TextEvent
from texting.models.untextable_number import UntextableNumber
from texting.models.webhook_event import WebhookEvent

__all__ = [
    "AccountTaken",
    "Attachment",
    "AttachmentContent",
    "Batch",
    "Breaker",
    "Conversation",
    "ConversationRecord",
    "Draft",
    "DraftRecipient",
    "Epoch",
    "Heartbeat",
    "Line",
    "LineWebhook",
    "NumberLink",
    "OptOut",
    "Recipient",
    "Text",
    "TextEvent",
    "TextingSettings",
    "UntextableNumber",
    "WebhookEvent",
    "WrongLink",
]
