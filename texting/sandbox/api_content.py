"""messageAttachment/list, hostedContent/get and hostedContent/save."""

from . import payloads
from .call import Call
from .errors import BAD_ARGUMENT, LENGTH_INVALID, Refused
from .reply import Reply


def list_attachments(call: Call) -> Reply:
    message = call.world.messages.get(call.number("messageId", 0))
    if message is None or message.line != call.own_line.number:
        raise Refused(BAD_ARGUMENT, "Bad argument: messageId")
    shown = [payloads.attachment(call.world.attachments[key]) for key in message.attachments]
    return Reply(shown, total=len(shown))


def get(call: Call) -> Reply:
    attachment = call.world.attachments.get(call.get("storageKey"))
    if attachment is None or attachment.line != call.own_line.number:
        raise Refused(BAD_ARGUMENT, "Bad argument: storageKey")
    return Reply(None, raw=call.world.store.get_blob(attachment.key), mime_type=attachment.mime_type)


def save(call: Call) -> Reply:
    """Store one file; `key` (or the whole url) can then be given to messaging/send."""
    if len(call.uploads) != 1:
        raise Refused(BAD_ARGUMENT, "Bad argument: one file")
    upload = call.uploads[0]
    if len(upload.content) > call.world.settings.payload_bytes:
        raise Refused(LENGTH_INVALID, "Parameter length invalid: file")
    attachment = call.world.add_attachment(call.own_line.number, upload.name, upload.mime_type, upload.content)
    return Reply({"url": f"/hostedContent/get?storageKey={attachment.key}", "key": attachment.key})
