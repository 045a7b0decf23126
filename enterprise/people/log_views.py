"""Log a message on a record by hand: in the dialog, or as a page of its own without scripts."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from enterprise.messagelog.by_hand import HandMessageForm, find_logged, log_by_hand
from enterprise.people import changes
from enterprise.people.access import KindView
from enterprise.people.editing import form_key_of
from enterprise.people.record import WRITING, record_page
from texting.seam import RecordKey

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

    from enterprise.messagelog.models import Message
    from enterprise.people.models import Person

SHOWN_OF_LOGGED = 200
# What the form kept in case it would be lost, it need not keep any longer (keep.js).
ACCEPTED: dict[str, object] = {"accepted": {}}


class LogMessage(KindView):
    def get_permission_required(self) -> list[str]:
        return [*super().get_permission_required(), *WRITING]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.get_person(pk)
        return self._show(request, person, self._form(person))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.get_person(pk)
        key = form_key_of(request)
        try:
            return self._logged(request, person, key) or self._log(request, person, key)
        except IntegrityError:
            # Both clicks of a double click may come this far.
            if answer := self._logged(request, person, key):
                return answer
            raise

    def _logged(self, request: HttpRequest, person: Person, key: uuid.UUID | None) -> HttpResponse | None:
        """The answer to a form that was logged before; None when it was not.

        Who wrote on, because no answer had come, is told what is logged, and may log the rest under a new key.
        """
        message = find_logged(RecordKey(self.kind.key, person.pk), key)
        if not message:
            return None
        form = self._form(person, request.POST)
        if not (form.is_valid() and form.says(message)):
            form.add_error(None, _logged_already(message))
            return self._show(request, person, form)
        words = _("%(code)s was logged.") % {"code": message.action_code}
        return self._say_logged(request, person, words, is_deactivated=message.action_code.deactivates)

    def _log(self, request: HttpRequest, person: Person, key: uuid.UUID | None) -> HttpResponse:
        form = self._form(person, request.POST)
        if not form.is_valid():
            return self._show(request, person, form, key)
        with transaction.atomic():
            message = log_by_hand(self.user, RecordKey(self.kind.key, person.pk), form, key)
            if form.deactivates:
                changes.deactivate(self.user, person, self.kind)
        words = _("%(code)s was logged.") % {"code": message.action_code}
        if form.deactivates:
            words = _("%(code)s was logged, and %(name)s is inactive now.")
            words %= {"code": message.action_code, "name": person.name}
        return self._say_logged(request, person, words, is_deactivated=form.deactivates)

    def _form(self, person: Person, posted: QueryDict | None = None) -> HandMessageForm:
        return HandMessageForm(
            posted,
            kind=self.kind.key,
            name=person.name,
            is_active=person.is_active,
            may_deactivate=self.user.has_perm(self.kind.permission("change")),
        )

    def _show(
        self, request: HttpRequest, person: Person, form: HandMessageForm, key: uuid.UUID | None = None
    ) -> HttpResponse:
        name = "_add" if request.headers.get("HX-Request") else "add"
        context = {"kind": self.kind, "person": person, "form": form, "action": request.path}
        context |= {"form_key": key or uuid.uuid4(), "accepted_url": _log_of(person)}
        return render(request, f"messagelog/{name}.html", context, status=422 if form.is_bound else 200)

    def _say_logged(self, request: HttpRequest, person: Person, words: str, *, is_deactivated: bool) -> HttpResponse:
        """In the dialog: close it and show the log anew, or the whole page where more than the log has changed."""
        in_dialog = bool(request.headers.get("HX-Request"))
        said = json.dumps({**ACCEPTED, "closeDialog": {}, "toast": {"text": words, "level": "ok"}})
        if in_dialog and not is_deactivated:
            shown_on = HtmxDetails(request).current_url_abs_path
            if shown_on and urlsplit(shown_on).path != person.get_absolute_url():
                # From a list, which shows no log.
                return HttpResponse(status=204, headers={"HX-Trigger": said})
            log = render(request, "messagelog/_logged.html", record_page(person, self.kind, self.user, {}))
            log["HX-Retarget"], log["HX-Reswap"] = "#log", "outerHTML"
            log["HX-Trigger-After-Settle"] = said
            return log
        messages.success(request, words)
        if in_dialog:
            return HttpResponse(status=204, headers={"HX-Refresh": "true", "HX-Trigger": json.dumps(ACCEPTED)})
        return redirect(_log_of(person))


def _log_of(person: Person) -> str:
    return f"{person.get_absolute_url()}#messages"


def _logged_already(message: Message) -> str:
    words = _(
        "%(code)s was logged already, but not what stands here now. "
        "Log it as well if something is missing in what is logged: “%(words)s”"
    )
    return words % {"code": message.action_code, "words": Truncator(message.body).chars(SHOWN_OF_LOGGED)}
