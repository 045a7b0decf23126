"""What texting needs in order to work, for one user or at all, and how each of it is.

The page "why can't this person text", the line's page and `manage.py texting_doctor` say the same because all of them
ask here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from texting import __version__, heartbeats, holders, lines, seam, seam_help, standstill
from texting.line_hooks import provider_of
from texting.models import Heartbeat, Line, TextingSettings
from texting.seam_help import Finding
from texting.vocabulary import LineState, PauseReason, TextStatus, Tone

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AbstractUser

SEND = "texting.send"
MANAGE_LINES = "texting.manage_lines"
CHANGE_SETTINGS = "texting.change_textingsettings"
_SHOWN_DIGITS = 4
_A_MINUTE = timedelta(minutes=1)
# A connected line is compared with the provider every ten minutes.
_SILENT = timedelta(minutes=30)
_LONG_SILENT = timedelta(hours=3)
# The first is the one that Send Text proposes.
_SHOWN_LINES = 5


def of_user(user: AbstractUser) -> list[Finding]:
    """What must be so for `user` to text, in the order in which to put it right."""
    access = seam_help.find_access()
    return [
        *(access.findings(user) if access else []),
        _permission(user, access),
        *_lines_of(user),
        *of_filing(),
        of_runners(),
        of_workers(),
    ]


def holders_of(permission: str) -> list[str]:
    """The names of the active users who hold a permission."""
    return sorted(str(user) for user in holders.holders_of(permission))


def of_line(line: Line) -> list[Finding]:
    """State, last contact and webhooks; of a line that is not removed."""
    return [_state_of(line), _contact_of(line), _hooks_of(line)]


def name_of(line: Line) -> str:
    """For reports that may be passed on: whose line, and the end of its number."""
    end = line.number[-_SHOWN_DIGITS:]
    owner = line.owner_name
    return _("%(owner)s, …%(end)s") % {"owner": owner, "end": end} if owner else _("line …%(end)s") % {"end": end}


def of_filing() -> list[Finding]:
    """One finding a kind of record: is there something to log its conversations under?"""
    used = TextingSettings.current().filed_under
    found = []
    for kind in seam.record_types():
        choice = next((one for one in kind.filing_choices() if one.value == used.get(kind.key)), None)
        title = _("What conversations with %(records)s are logged under") % {"records": kind.label_plural}
        if choice and not choice.why_not:
            found.append(Finding(f"filing_{kind.key}", title, Tone.OK, choice.label))
            continue
        words = f"{choice.label}: {choice.why_not}" if choice else _("Nothing is chosen, so they are not logged.")
        found.append(
            Finding(
                f"filing_{kind.key}",
                title,
                # Texts leave all the same.
                Tone.WARN,
                words,
                fix=_("Choose a message action code in the texting settings."),
                permission=CHANGE_SETTINGS,
                url=reverse("texting:settings"),
                action=_("Texting settings"),
            )
        )
    return found


def of_runners() -> Finding:
    """The process that sends texts and takes in answers."""
    title = _("The runner, which sends texts and takes in answers")
    fix = _("Whoever runs the server starts it: manage.py texting_runner.")
    found = list(heartbeats.seen(Heartbeat.Kind.RUNNER)[:50])
    alive = [beat for beat in found if beat.age <= heartbeats.ALIVE]  # type: ignore[attr-defined]  # annotated
    if not alive:
        return Finding("runner", title, Tone.BAD, _last_seen(found), fix=fix)
    words = ngettext("%(count)d is at work.", "%(count)d are at work.", len(alive)) % {"count": len(alive)}
    others = sorted({beat.version for beat in alive} - {__version__})
    if others:
        versions = _("Of another version than this: %(versions)s.") % {"versions": ", ".join(others)}
        fix = _("Whoever runs the server starts it again, so that it runs what was installed.")
        return Finding("runner", title, Tone.WARN, f"{words} {versions}", fix=fix)
    return Finding("runner", title, Tone.OK, words)


def of_workers() -> Finding:
    """Beat asks every few seconds and a worker answers; what either missing means is told from the queue, by doctor."""
    title = _("Beat and worker, which log conversations and fetch pictures")
    found = list(heartbeats.seen(Heartbeat.Kind.WORKER)[:1])
    if found and found[0].age <= heartbeats.ALIVE:  # type: ignore[attr-defined]  # annotated
        return Finding("worker", title, Tone.OK, _last_seen(found))
    fix = _("Texts leave and answers arrive all the same. Whoever runs the server starts celery beat and worker.")
    return Finding("worker", title, Tone.WARN, _last_seen(found), fix=fix)


def how_long(duration: timedelta) -> str:
    """In words: "3 minutes", "less than a minute"."""
    now = timezone.now()
    return timesince(now - duration, now) if duration >= _A_MINUTE else _("less than a minute")


def _last_seen(found: list[Heartbeat]) -> str:
    if not found:
        return _("None was ever seen.")
    return _("Last seen %(span)s ago.") % {"span": how_long(found[0].age)}  # type: ignore[attr-defined]  # annotated


def _permission(user: AbstractUser, access: seam_help.Access | None) -> Finding:
    title = _("Permission to send texts")
    if user.has_perm(SEND):
        return Finding("permission", title, Tone.OK, _("%(name)s has it.") % {"name": user})
    return Finding(
        "permission",
        title,
        Tone.BAD,
        _("%(name)s does not have it: no role of theirs includes Send Text.") % {"name": user},
        fix=_("Give a role that includes Send Text."),
        permission=access.permission if access else "",
        url=access.edit_url(user) if access else "",
        action=_("Edit roles"),
    )


def _lines_of(user: AbstractUser) -> list[Finding]:
    found = lines.of_user(user)
    if found:
        return [finding for line in found[:_SHOWN_LINES] for finding in of_line(line)]
    return [
        Finding(
            "line",
            _("A line to send from"),
            Tone.BAD,
            _("Neither %(name)s nor a branch of theirs has a line.") % {"name": user},
            fix=_("Connect a line for the branch or for this person, or grant them a branch that has one."),
            permission=MANAGE_LINES,
            url=reverse("texting:add-line"),
            action=_("Add credentials"),
        )
    ]


def _state_of(line: Line) -> Finding:
    title = _("The line of %(name)s") % {"name": name_of(line)}
    link = {"permission": MANAGE_LINES, "url": reverse("texting:line", args=[line.pk]), "action": _("Open the line")}
    if line.state == LineState.PAUSED:
        return Finding(f"line_{line.pk}", title, Tone.BAD, _paused_words(line), fix=fix_of_pause(line), **link)
    if line.state == LineState.CONNECTING:
        words = _("It is not connected yet, so nothing can be sent from it.")
        return Finding(f"line_{line.pk}", title, Tone.BAD, words, fix=_("Finish connecting it."), **link)
    held = standstill.of_line(line)
    if held:
        return Finding(f"line_{line.pk}", title, Tone.WARN, held.words, fix=_("Nothing is to be done."))
    return Finding(f"line_{line.pk}", title, Tone.OK, _("It is connected."))


def fix_of_pause(line: Line) -> str:
    """What lets a paused line go on."""
    match line.pause_reason:
        case PauseReason.BY_HAND:
            return _("Resume it when its texts may leave again.")
        case PauseReason.WRONG_PASSWORD | PauseReason.OTHER_LINE | PauseReason.KEYS_LOST:
            return _("Enter its username and password again.")
        case PauseReason.SUSPENDED:
            return _("Ask ZipWhip’s support about the account, then resume the line.")
        case PauseReason.REFUSED:
            return _("Ask ZipWhip’s support why it refuses them, then resume the line.")
        case PauseReason.SPAM:
            return _(
                "Cancel the batch if its words look like spam, and ask ZipWhip’s support whether the line is blocked. "
                "Then resume it: replies wait as well."
            )
        case PauseReason.UNCLEAR:
            return _("Look at its texts that ZipWhip did not answer, then resume it.")
        case PauseReason.LEFT_UNCLEAR:
            return _("Ask whoever runs the server why its runners end, look at the texts to decide, then resume it.")
        case _:
            return _(
                "Resume it. If it pauses again, somebody else signs in with the same account: change its password."
            )


def _paused_words(line: Line) -> str:
    waiting = line.texts.filter(status=TextStatus.QUEUED).count()
    facts = {"reason": line.get_pause_reason_display(), "span": _span_since(line.state_changed_at), "count": waiting}
    if not waiting:
        return _("It is paused: %(reason)s, %(span)s ago. No text waits for it.") % facts
    return (
        ngettext(
            "It is paused: %(reason)s, %(span)s ago. %(count)d text waits for it.",
            "It is paused: %(reason)s, %(span)s ago. %(count)d texts wait for it.",
            waiting,
        )
        % facts
    )


def _contact_of(line: Line) -> Finding:
    title = _("Last answer from ZipWhip on that line")
    key = f"contact_{line.pk}"
    if line.last_contact_at is None:
        fix = _("Test the line.")
        url = reverse("texting:line", args=[line.pk])
        return Finding(
            key, title, Tone.BAD, _("None yet."), fix, permission=MANAGE_LINES, url=url, action=_("Open the line")
        )
    words = _("%(span)s ago") % {"span": _span_since(line.last_contact_at)}
    silent = timezone.now() - line.last_contact_at
    if silent < _SILENT or line.state != LineState.CONNECTED:
        return Finding(key, title, Tone.OK, words)
    fix = _(
        "It is asked every ten minutes. If beat and worker are at work, ZipWhip cannot be reached: test the line, "
        "and ask whoever runs the server."
    )
    tone = Tone.BAD if silent >= _LONG_SILENT else Tone.WARN
    url = reverse("texting:line", args=[line.pk])
    return Finding(key, title, tone, words, fix, permission=MANAGE_LINES, url=url, action=_("Open the line"))


def _hooks_of(line: Line) -> Finding:
    wanted = {event.value for event in provider_of(line).events}
    known = Count("pk", filter=Q(event__in=wanted, leads_here=True))
    count = line.webhooks.aggregate(known=known)["known"]
    title = _("Webhooks, by which ZipWhip tells us of answers on that line")
    words = _("%(count)d of %(wanted)d are registered.") % {"count": count, "wanted": len(wanted)}
    if count == len(wanted):
        return Finding(f"webhooks_{line.pk}", title, Tone.OK, words)
    return Finding(
        f"webhooks_{line.pk}",
        title,
        Tone.BAD,
        words,
        fix=_("Repair them: until then not all answers arrive."),
        permission=MANAGE_LINES,
        url=reverse("texting:line", args=[line.pk]),
        action=_("Open the line"),
    )


def _span_since(at: datetime) -> str:
    return how_long(timezone.now() - at)
