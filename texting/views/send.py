"""Send Text: a selection becomes a draft, a draft is written and reviewed, and becomes a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from texting import conf, dispatch, drafts, lines, seam, sources, standstill
from texting.forms.compose import ComposeForm
from texting.models import Batch, Draft, TextingSettings
from texting.progress import is_stalled, progress
from texting.reasons import TOO_LONG_WHEN_FILLED
from texting.seam import RecordKey
from texting.seam_help import Hidden
from texting.views import denials, kept_drafts, shown_draft
from texting.views.answers import SeeOther, may_send
from texting.views.batches import find_batch
from texting.vocabulary import Reason

if TYPE_CHECKING:
    import uuid

    from texting.models import Line
    from texting.views.answers import SignedInRequest


@require_POST
@may_send
def compose(request: SignedInRequest) -> HttpResponse:
    """Store the selection as a draft and go to its address."""
    keys = _selected_keys(request)
    if not keys:
        return render(request, _page(request, "nobody"), {"back": _back(request)}, status=422)
    if not _is_all(request) and len(keys) <= conf.large_selection():
        denials.note_records(request, keys)
    usable = lines.for_user(request.user)
    source = request.POST.get("source", "").replace("\x00", "")[:120]
    draft = drafts.begin(
        request.user.pk,
        keys,
        line=usable[0] if usable else None,
        # What comes from a batch decides about its people: only our own code says so.
        source="" if sources.batch_of(source) else source,
        query=request.POST.get("query", "").replace("\x00", "") if _is_all(request) else None,
        back_url=_back(request),
    )
    return SeeOther(draft)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: SignedInRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Write, review and send a draft. What somebody typed while signed out is kept until they have signed in."""
    if not request.user.is_authenticated:
        return _keep_until_signed_in(request, draft_id)
    return _draft_of_user(request, draft_id)


@may_send
def _draft_of_user(request: SignedInRequest, draft_id: uuid.UUID) -> HttpResponse:
    try:
        return _open(request, Draft.objects.light().get(pk=draft_id, user_id=request.user.pk))
    except Draft.DoesNotExist:
        return _gone(request, draft_id)


def _gone(request: SignedInRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Discarded in another tab, perhaps in this very moment, or sent long ago: say so and show what was typed."""
    batch = Batch.objects.filter(draft_id=draft_id).first()
    # Somebody else's is none of theirs.
    if Draft.objects.filter(pk=draft_id).exists() or (batch and batch.sender_id != request.user.pk):
        raise Hidden
    is_posted = request.method == "POST"
    body = request.POST.get("body") if is_posted else kept_drafts.find(request, draft_id)
    if not (is_posted or body or batch):
        raise Http404
    response = render(request, _page(request, "gone"), {"body": body, "batch": batch}, status=404)
    if not is_posted:
        kept_drafts.forget(request, draft_id)
    if request.htmx:
        # In place of what cannot be written any more; htmx shows no error.
        response.status_code = 200
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def _open(request: SignedInRequest, found: Draft) -> HttpResponse:
    _restore_kept(request, found)
    action = _action(request)
    if action == "again":
        return SeeOther(drafts.copy(found))
    if action == "discard":
        return _discard(request, found)
    usable = lines.for_user(request.user)
    if request.method == "POST":
        denials.note_line(request, usable, kept=found.line_id)
        _save_typed(request, found, usable)
    if action in {"save", "save-and-leave"}:
        return HttpResponse(status=204) if action == "save" else SeeOther(found.back_url or settings.LOGIN_REDIRECT_URL)
    # What a worker has made a batch of, or not yet looked at, cannot be written on.
    if found.is_large and (batch := drafts.sent_as(found)) and action not in {"review", "send"}:
        return render(request, _page(request, "already_sent"), {"draft": found, "batch": batch})
    if action == "check" and found.is_large:
        drafts.check_again(found)
    if found.is_large and not found.is_checked:
        return _checking(request, found)
    return _act(request, found, usable, action)


def _act(request: SignedInRequest, found: Draft, usable: list[Line], action: str) -> HttpResponse:
    as_kept = ComposeForm(initial={"line": found.line_id, "body": found.body}, lines=usable)
    match action:
        case "show" | "back" | "use" | "check":
            if request.headers.get("HX-Target") == "people":
                return _checked(request, found, usable)
            return _show(request, found, as_kept, usable, anew=True)
        case "list" if request.htmx:
            return render(request, "texting/compose/_people.html", shown_draft.people(found, request.POST["show"]))
        case "list":
            return _show(request, found, as_kept, usable, anew=False)
        case "preview":
            known = shown_draft.known_placeholders(found)
            return render(request, "texting/compose/_preview.html", shown_draft.preview(found, known))
    form = ComposeForm(request.POST, lines=usable)
    if not form.is_valid():
        return _show(request, found, form, usable, anew=False, status=422)
    review = shown_draft.review(found, form.cleaned_data["line"], form.cleaned_data["body"])
    if action == "send" or not (review["rejected"] or review["unknown"]):
        return _send(request, found, form)
    return render(request, _page(request, "review"), review, status=200 if review["accepted"] else 422)


def _action(request: SignedInRequest) -> str:
    """What was pressed: save, use, list, review, send, back or again; show for a page that was only opened."""
    if request.method != "POST":
        return "show"
    if "use" in request.POST:
        return "use"
    return request.POST.get("action") or ("list" if "show" in request.POST else "review")


@require_safe
def sent(request: SignedInRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Say what became of a draft: how many texts ZipWhip took, how many wait."""
    batch = find_batch(request.user, draft_id=draft_id)
    polled = request.headers.get("HX-Target") == "sent-live"
    now = progress(batch)
    context = {
        "batch": batch,
        "progress": now,
        "standstill": standstill.of_line(batch.line) if now.waiting else None,
        "polled": polled,
        "continue_url": _continue(batch.back_url),
        "idle_window": TextingSettings.current().idle_window,
    }
    response = render(request, "texting/compose/_sent_live.html" if polled else _page(request, "sent"), context)
    if request.htmx and not polled:
        response["HX-Trigger"] = "selection:clear"
    return response


def _is_all(request: SignedInRequest) -> bool:
    return request.POST.get("all") == "1"


def _selected_keys(request: SignedInRequest) -> list[RecordKey]:
    """The keys posted, each once; what is no key is left out. "All that match" is searched again here, but `except`."""
    if not _is_all(request):
        return _read_keys(request, "keys")
    record_type = seam.find_record_type(request.POST.get("record_type", ""))
    if record_type is None:
        return []
    left_out = set(_read_keys(request, "except"))
    ids = record_type.matching_ids(request.user, QueryDict(request.POST.get("query", "")))
    keys = [RecordKey(record_type.key, record_id) for record_id in ids]
    return [key for key in keys if key not in left_out]


def _read_keys(request: SignedInRequest, field: str) -> list[RecordKey]:
    keys = []
    for raw in request.POST.getlist(field):
        try:
            keys.append(RecordKey.parse(raw))
        except ValueError:
            continue
    return list(dict.fromkeys(keys))


def _back(request: SignedInRequest) -> str:
    """Where the person came from, if it is a page of ours."""
    wanted = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    parts = urlsplit(wanted)
    # Two slashes at the beginning would name another host.
    path = "/" + parts.path.lstrip("/")
    return f"{path}?{parts.query}"[:500] if parts.query else path[:500]


def _continue(back_url: str) -> dict[str, object]:
    """A page as a form that leads to it, for a button: its address and the fields of its query."""
    parts = urlsplit(back_url or resolve_url(settings.LOGIN_REDIRECT_URL))
    return {"action": parts.path, "fields": parse_qsl(parts.query)}


def _save_typed(request: SignedInRequest, found: Draft, usable: list[Line]) -> None:
    """Keep what was typed, as it was typed, whether it can be sent or not."""
    body = request.POST.get("body", found.body).replace("\x00", "")
    line = next((line for line in usable if str(line.pk) == request.POST.get("line")), found.line)
    drafts.write(found, body=body, line=line)
    raw_key, _, number = request.POST.get("use", "").partition("|")
    if number and not drafts.sent_as(found):
        try:
            drafts.use_number(found, RecordKey.parse(raw_key), number)
        except ValueError:
            raise Http404 from None


def _discard(request: SignedInRequest, found: Draft) -> HttpResponse:
    """Ask, then throw an unsent draft away; of a sent one the batch tells, so nothing is to be thrown away."""
    is_sure = "sure" in request.POST
    if batch := drafts.discard(found) if is_sure else drafts.sent_as(found):
        return render(request, _page(request, "already_sent"), {"draft": found, "batch": batch})
    if not is_sure:
        return render(request, _page(request, "discard"), {"draft": found})
    messages.success(request, _("The draft was discarded. Nobody was texted."))
    return SeeOther("texting:batches")


def _checking(request: SignedInRequest, found: Draft) -> HttpResponse:
    """Say how far the worker is; the dialog takes its place when it is through."""
    polled = request.headers.get("HX-Target") == "checking"
    context = {"draft": found, "is_stalled": is_stalled(found)}
    return render(request, "texting/compose/_checking_live.html" if polled else _page(request, "checking"), context)


def _show(
    request: SignedInRequest, found: Draft, form: ComposeForm, usable: list[Line], *, anew: bool, status: int = 200
) -> HttpResponse:
    if anew and not found.is_large:
        drafts.check_again(found)
    context = shown_draft.dialog(found, form, usable, request.POST.get("show", ""))
    response = render(request, _page(request, "draft"), context, status=status)
    if request.headers.get("HX-Target") == "checking":
        if urlsplit(request.htmx.current_url_abs_path or "").path == found.get_absolute_url():
            response["HX-Refresh"] = "true"
        else:
            response["HX-Retarget"], response["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def _checked(request: SignedInRequest, found: Draft, usable: list[Line]) -> HttpResponse:
    """The people alone, decided about anew, and the button with their count: what is being typed beside them stays."""
    drafts.check_again(found)
    context = {**shown_draft.people(found, request.POST.get("show", "")), "lines": usable, "was_checked": True}
    return render(request, "texting/compose/_people_checked.html", context)


def _send(request: SignedInRequest, found: Draft, form: ComposeForm) -> HttpResponse:
    composed = dispatch.Composed(found, form.cleaned_data["line"], form.cleaned_data["body"])
    try:
        batch = dispatch.send_batch(request.user, composed)
    except dispatch.AlreadySent as error:
        context = {"draft": found, "batch": error.batch}
        return render(request, _page(request, "already_sent"), context, status=422)
    except dispatch.NobodyToText as nobody:
        gone = _("Nothing was sent: nobody is left to text since you looked. See why beside each name.")
        is_too_long = Reason.TOO_LONG in nobody.reasons
        form.add_error("body" if is_too_long else None, TOO_LONG_WHEN_FILLED if is_too_long else gone)
    except dispatch.LineNotUsable:
        form.add_error("line", _("This line was removed, or is no longer yours to send from. Choose another."))
    else:
        return SeeOther("texting:sent", draft_id=batch.draft_id)
    return _show(request, found, form, lines.for_user(request.user), anew=True, status=422)


def _page(request: SignedInRequest, name: str) -> str:
    """A fragment for the dialog, the same content as a page of its own without scripts."""
    return f"texting/compose/_{name}.html" if request.htmx else f"texting/compose/{name}.html"


def _keep_until_signed_in(request: SignedInRequest, draft_id: uuid.UUID) -> HttpResponse:
    if request.method == "POST" and "body" in request.POST:
        kept_drafts.keep(request, draft_id, request.POST["body"])
    query = urlencode({"next": reverse("texting:draft", args=[draft_id]), "expired": "1"})
    return SeeOther(f"{resolve_url(settings.LOGIN_URL)}?{query}")


def _restore_kept(request: SignedInRequest, found: Draft) -> None:
    body = kept_drafts.find(request, found.pk)
    if body is not None:
        drafts.write(found, body=body)
        kept_drafts.forget(request, found.pk)
