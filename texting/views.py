"""Send Text: a selection becomes a draft, a draft is written and reviewed, and becomes a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from texting import conf, dispatch, lines, recipients, seam
from texting.batch_views import find_batch, progress
from texting.forms import ComposeForm
from texting.models import Batch, Draft, TextingSettings
from texting.seam import RecordKey

if TYPE_CHECKING:
    import uuid

    from texting.models import Line
    from texting.recipients import ResolvedRecipient
    from texting.requests import SignedInRequest

may_send = permission_required("texting.send", raise_exception=True)
KEPT_DRAFTS = "texting_kept_drafts"


@require_POST
@may_send
def compose(request: SignedInRequest) -> HttpResponse:
    """Store the selection as a draft and go to its address."""
    keys = _selected_keys(request)
    if not keys:
        return render(request, "texting/compose/nobody.html", {"back": _back(request)}, status=400)
    usable = lines.for_user(request.user)
    draft = Draft.objects.create(
        user_id=request.user.pk,
        selection=keys,
        line=usable[0] if usable else None,
        source=request.POST.get("source", "").replace("\x00", "")[:120],
        back_url=_back(request),
    )
    return redirect(draft, permanent=False)


@login_not_required
@require_http_methods(["GET", "POST"])
def draft(request: SignedInRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Write, review and send a draft. What somebody typed while signed out is kept until they have signed in."""
    if not request.user.is_authenticated:
        return _keep_until_signed_in(request, draft_id)
    return _draft_of_user(request, draft_id)


@may_send
def _draft_of_user(request: SignedInRequest, draft_id: uuid.UUID) -> HttpResponse:
    found = Draft.objects.filter(pk=draft_id, user_id=request.user.pk).first()
    if found is None:
        raise Http404
    _restore_kept(request, found)
    action = _action(request)
    usable = lines.for_user(request.user)
    form = _form(request, found, usable)
    if request.method == "POST":
        _save_typed(request, found, usable)
    match action:
        case "save":
            return HttpResponse(status=204)
        case "save-and-leave":
            return redirect(found.back_url or settings.LOGIN_REDIRECT_URL)
        case "again":
            return redirect(_copy(found))
        case "show" | "back" | "use":
            return _show(request, found, form, usable)
    if not form.is_valid():
        return _show(request, found, form, usable, status=422)
    verdicts = recipients.resolve(request.user, found.keys, found.chosen_numbers)
    if action == "send" or all(verdict.will_be_texted for verdict in verdicts):
        return _send(request, found, form)
    return _review(request, found, form, verdicts)


def _action(request: SignedInRequest) -> str:
    """What was pressed: save, use, review, send, back or again; show for a page that was only opened."""
    if request.method != "POST":
        return "show"
    return "use" if "use" in request.POST else request.POST.get("action", "review")


def sent(request: SignedInRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Say what became of a draft: how many texts ZipWhip took, how many wait."""
    batch = find_batch(request.user, draft_id=draft_id)
    polled = request.headers.get("HX-Target") == "sent-live"
    context = {
        "batch": batch,
        "progress": progress(batch),
        "polled": polled,
        "continue_url": _continue(batch.back_url),
        "idle_window": TextingSettings.current().idle_window,
    }
    response = render(request, "texting/compose/_sent_live.html" if polled else _page(request, "sent"), context)
    if request.htmx and not polled:
        response["HX-Trigger"] = "selection:clear"
    return response


def _selected_keys(request: SignedInRequest) -> list[RecordKey]:
    """The keys posted, each once; what is no key is left out. "All that match" is searched again here."""
    if request.POST.get("all") == "1":
        record_type = seam.find_record_type(request.POST.get("record_type", ""))
        if record_type is None:
            return []
        ids = record_type.matching_ids(request.user, QueryDict(request.POST.get("query", "")))
        return [RecordKey(record_type.key, record_id) for record_id in ids]
    keys = []
    for raw in request.POST.getlist("keys"):
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


def _form(request: SignedInRequest, found: Draft, usable: list[Line]) -> ComposeForm:
    if request.method == "POST":
        return ComposeForm(request.POST, lines=usable)
    return ComposeForm(initial={"line": found.line_id, "body": found.body}, lines=usable)


def _save_typed(request: SignedInRequest, found: Draft, usable: list[Line]) -> None:
    """Keep what was typed, as it was typed, whether it can be sent or not."""
    if "body" in request.POST:
        found.body = request.POST["body"].replace("\x00", "")
    found.line = next((line for line in usable if str(line.pk) == request.POST.get("line")), found.line)
    key, _, number = request.POST.get("use", "").partition("|")
    if number:
        found.chosen_numbers = {**found.chosen_numbers, key: number}
    found.save(update_fields=["body", "line", "chosen_numbers", "updated_at"])


def _show(
    request: SignedInRequest, found: Draft, form: ComposeForm, usable: list[Line], *, status: int = 200
) -> HttpResponse:
    verdicts = recipients.resolve(request.user, found.keys, found.chosen_numbers)
    found.shown = {str(verdict.key): verdict.e164 for verdict in verdicts if verdict.will_be_texted}
    found.save(update_fields=["shown"])
    context = {
        "draft": found,
        "form": form,
        "lines": usable,
        "sent_as": find_sent(found),
        "advised": conf.ADVISED_RECIPIENTS,
        **_people(verdicts),
    }
    return render(request, _page(request, "draft"), context, status=status)


def _review(
    request: SignedInRequest, found: Draft, form: ComposeForm, verdicts: list[ResolvedRecipient]
) -> HttpResponse:
    people = _people(verdicts)
    status = 200 if people["accepted"] else 422
    context = {"draft": found, "line": form.cleaned_data["line"], "body": form.cleaned_data["body"], **people}
    return render(request, _page(request, "review"), context, status=status)


def _send(request: SignedInRequest, found: Draft, form: ComposeForm) -> HttpResponse:
    composed = dispatch.Composed(found, form.cleaned_data["line"], form.cleaned_data["body"])
    try:
        batch = dispatch.send_batch(request.user, composed, now=timezone.now())
    except dispatch.AlreadySent as error:
        context = {"draft": found, "batch": error.batch}
        return render(request, _page(request, "already_sent"), context, status=422)
    except dispatch.NobodyToText:
        form.add_error(None, "Nothing was sent: nobody is left to text since you looked. See why beside each name.")
        return _show(request, found, form, lines.for_user(request.user), status=422)
    except dispatch.LineNotUsable:
        form.add_error("line", "This line was removed, or is no longer yours to send from. Choose another.")
        return _show(request, found, form, lines.for_user(request.user), status=422)
    return redirect("texting:sent", draft_id=batch.draft_id)


def _people(verdicts: list[ResolvedRecipient]) -> dict[str, object]:
    accepted = [verdict for verdict in verdicts if verdict.will_be_texted]
    return {
        "rejected": [verdict for verdict in verdicts if not verdict.will_be_texted],
        "accepted": accepted,
        "sharing": [verdict for verdict in accepted if verdict.shares_with],
        "text_count": len({verdict.e164 for verdict in accepted}),
        "total": len(verdicts),
    }


def find_sent(found: Draft) -> Batch | None:
    """The batch a draft has become, when it has."""
    return Batch.objects.filter(draft_id=found.pk).first()


def _copy(found: Draft) -> Draft:
    return Draft.objects.create(
        user=found.user,
        selection=found.selection,
        chosen_numbers=found.chosen_numbers,
        line=found.line,
        body=found.body,
        source=found.source,
        back_url=found.back_url,
    )


def _page(request: SignedInRequest, name: str) -> str:
    """A fragment for the dialog, the same content as a page of its own without scripts."""
    return f"texting/compose/_{name}.html" if request.htmx else f"texting/compose/{name}.html"


def _keep_until_signed_in(request: SignedInRequest, draft_id: uuid.UUID) -> HttpResponse:
    if request.method == "POST" and "body" in request.POST:
        kept = request.session.get(KEPT_DRAFTS, {})
        request.session[KEPT_DRAFTS] = {**dict(list(kept.items())[-4:]), str(draft_id): request.POST["body"][:20_000]}
    query = urlencode({"next": reverse("texting:draft", args=[draft_id]), "expired": "1"})
    return redirect(f"{resolve_url(settings.LOGIN_URL)}?{query}")


def _restore_kept(request: SignedInRequest, found: Draft) -> None:
    kept = request.session.get(KEPT_DRAFTS, {})
    body = kept.pop(str(found.pk), None)
    if body is not None:
        request.session[KEPT_DRAFTS] = kept
        found.body = body.replace("\x00", "")
        found.save(update_fields=["body", "updated_at"])
