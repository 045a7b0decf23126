"""A test text to oneself, with its way shown as it goes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from texting import dispatch, findings, first_text, lines, seam_help, sources
from texting.errors import InvalidNumber
from texting.models import Batch, Line
from texting.numbers import parse_number
from texting.views import denials
from texting.views.answers import may_send
from texting.vocabulary import Tone

if TYPE_CHECKING:
    from django.http import HttpResponse

    from texting.views.answers import SignedInRequest


class TestForm(forms.Form):
    """`key` makes a double click one text."""

    line = forms.ModelChoiceField(Line.objects.none(), label=gettext_lazy("From"), empty_label=None)
    number = forms.CharField(
        label=gettext_lazy("Your own cell phone number"),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter the number of the phone in your hand.")},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "num"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput(), initial=uuid.uuid4)

    use_required_attribute = False

    def __init__(self, *args: Any, usable: list[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["line"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Line.objects.filter(pk__in=[line.pk for line in usable])

    def clean_number(self) -> str:
        try:
            return parse_number(self.cleaned_data["number"])
        except InvalidNumber as error:
            raise forms.ValidationError(_("%(problem)s.") % {"problem": error.words}) from error


@may_send
@require_http_methods(["GET", "HEAD", "POST"])
def test_text(request: SignedInRequest) -> HttpResponse:
    """`?batch=` shows what became of a test of the user's."""
    if not seam_help.has_own_records():
        raise Http404
    usable = lines.for_user(request.user)
    if request.method == "POST":
        denials.note_line(request, usable)
    form = TestForm(request.POST if request.method == "POST" else None, usable=usable)
    if form.is_valid():
        batch = _send(request, form)
        if batch:
            return redirect(f"{request.path}?batch={batch.pk}")
    batch = _shown(request)
    context = {"form": form, "usable": usable, "batch": batch, "recipient": _recipient(batch)}
    if request.headers.get("HX-Target") == "test-live":
        return render(request, "texting/first_text/_live.html", context)
    context["trouble"] = [one for one in (findings.of_runners(),) if one.tone == Tone.BAD]
    return render(request, "texting/first_text/test.html", context, status=422 if form.errors else 200)


def _send(request: SignedInRequest, form: TestForm) -> Batch | None:
    """None when it could not be sent, which the form then tells."""
    typed = form.cleaned_data
    body = _("This is a test text from Enterprise. Answer it, and your answer appears on your record.")
    try:
        return first_text.send_test(request.user, typed["line"], typed["number"], body, key=typed["key"])
    except first_text.CannotTest as refused:
        form.add_error("number", refused.words or _no_record())
    except (dispatch.LineNotUsable, dispatch.NobodyToText, dispatch.AlreadySent):
        form.add_error(None, _("Nothing was sent: something changed meanwhile. Open this page again."))
    return None


def _no_record() -> str:
    return _(
        "No record that you can see has this number, and none could be added for you: "
        "that takes the right to add records, and a branch to add them to."
    )


def _shown(request: SignedInRequest) -> Batch | None:
    asked = request.GET.get("batch", "")
    if not asked.isdecimal() or len(asked) > 18:
        return None
    return Batch.objects.filter(pk=asked, sender_id=request.user.pk, source=sources.TEST).first()


def _recipient(batch: Batch | None) -> Any:
    return batch.recipients.select_related("text").first() if batch else None
