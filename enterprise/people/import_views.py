"""Import as pages: upload, look at what it would do, then do exactly that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from enterprise.administration import audit
from enterprise.people.access import signed_in
from enterprise.people.imports.columns import known_columns
from enterprise.people.imports.importing import ImportFile, import_files, is_first, missing_rule, try_files
from enterprise.people.imports.preview import preview_of
from enterprise.people.imports.reading import MAX_BYTES, MAX_MEBIBYTES, too_large_words
from enterprise.people.kinds import kinds
from enterprise.people.models import ImportRun
from texting.seam_help import get_visible

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        max_length=200,
        allow_empty_file=False,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"empty": gettext_lazy("The file is empty."), "required": gettext_lazy("Choose a file.")},
    )
    create_missing = forms.BooleanField(
        label=gettext_lazy("Create missing branches, reps and customers"), required=False
    )

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(too_large_words())
        return file


class ImportView(PermissionRequiredMixin, View):
    permission_required = "people.import_people"

    def handle_no_permission(self) -> Any:
        self.raise_exception = self.request.user.is_authenticated
        return super().handle_no_permission()

    def own_runs(self) -> QuerySet[ImportRun]:
        return ImportRun.objects.filter(uploaded_by=signed_in(self.request))


class Upload(ImportView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(request, UploadForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._show(request, form)
        upload: UploadedFile[bytes] = form.cleaned_data["file"]
        run = ImportRun(
            uploaded_by=signed_in(request),
            file_name=(upload.name or "upload.csv").replace("\x00", "")[:200],
            content=upload.read(),
            create_missing=form.cleaned_data["create_missing"],
        )
        with transaction.atomic():
            if not is_first():
                form.add_error("file", _("An import is running. Upload the file again in a minute."))
                return self._show(request, form)
            result = try_files([_file(run)], now=timezone.now(), missing=missing_rule(create=run.create_missing))
            run.preview = preview_of(result.files[0])
            # Files that were only looked at hold people's data and are not kept beside the new one.
            self.own_runs().filter(imported_at=None).delete()
            run.save()
        return redirect("people:import-run", run.pk)

    def _show(self, request: HttpRequest, form: UploadForm) -> HttpResponse:
        columns = [(kind, known_columns(kind)) for kind in kinds()]
        recent = self.own_runs().exclude(imported_at=None).defer("content")[:5]
        context = {"form": form, "columns": columns, "recent": recent, "max_megabytes": MAX_MEBIBYTES}
        return render(request, "people/import.html", context, status=422 if form.is_bound else 200)


class Run(ImportView):
    """One upload: before the import what it would do, afterwards what it did."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = get_visible(self.own_runs().defer("content"), pk)
        return render(request, "people/import_run.html", {"run": run, "preview": run.preview})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        with transaction.atomic():
            if not is_first():
                words = _("An import is running already, perhaps of this very file. Load this page again in a minute.")
                messages.warning(request, words)
                return redirect("people:import-run", pk)
            run = get_visible(self.own_runs().select_for_update(), pk)
            if run.imported_at:
                words = _("%(file)s is imported already; nothing was done twice.")
                messages.info(request, words % {"file": run.file_name})
                return redirect("people:import-run", run.pk)
            done = self._import(run)
        if done:
            messages.success(request, _("%(file)s was imported.") % {"file": run.file_name})
        elif run.preview["bad_count"]:
            messages.error(request, _("Nothing was imported: since you looked, lines of this file have become bad."))
        else:
            words = _("Nothing was imported: since you looked, what this file would do has changed. Look at it again.")
            messages.error(request, words)
        return redirect("people:import-run", run.pk)

    def _import(self, run: ImportRun) -> bool:
        """Import, unless that would not do what was looked at; then what it would do now is kept to be looked at."""
        now, looked_at = timezone.now(), run.preview.get("digest")
        with transaction.atomic():
            result = import_files([_file(run)], now=now, missing=missing_rule(create=run.create_missing))
            run.preview = preview_of(result.files[0])
            done = result.is_good and run.preview["digest"] == looked_at
            transaction.set_rollback(not done)
        if done:
            run.imported_at, run.content = now, b""
            counts = {name: run.preview[name] for name in ("created_count", "changed_count", "skipped_count")}
            user_id = signed_in(self.request).pk
            audit.record(actor_id=user_id, action="people.imported", subject=f"import:{run.pk}", facts=counts)
        run.save(update_fields=["preview", "imported_at", "content"])
        return done


def _file(run: ImportRun) -> ImportFile:
    return ImportFile(run.file_name, bytes(run.content))
