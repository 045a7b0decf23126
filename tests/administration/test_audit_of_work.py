"""What is recorded of opt-outs, imports and exports: ids and counts, no numbers."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from enterprise.administration.models import AuditEntry
from enterprise.people.models import ImportRun
from tests.enterprise.builders import make_employee
from texting import compliance
from texting.models import OptOut

pytestmark = pytest.mark.django_db
ANA = "+16125550134"
FILE = b"employee_id,first_name,last_name,branch\n100231,Ana,Rivera,Minneapolis\n"


def facts_of(action):
    return [entry.facts for entry in AuditEntry.objects.filter(action=action)]


def test_an_opt_out_is_recorded_once_and_its_end():
    for _ in range(2):
        compliance.opt_out(ANA, source=OptOut.Source.WORD, line_id=None, word="STOP")
    for _ in range(2):
        compliance.lift(ANA, word="UNSTOP")

    assert facts_of("opt_out.added") == [{"source": "word", "word": "STOP", "line": None}]
    assert facts_of("opt_out.lifted") == [{"word": "UNSTOP"}]


def test_an_import_is_recorded_with_its_counts_when_it_was_done(as_ada, minneapolis):
    as_ada.post(reverse("people:import"), {"file": SimpleUploadedFile("people.csv", FILE)})
    assert facts_of("people.imported") == []
    run = reverse("people:import-run", args=[ImportRun.objects.get().pk])
    for _ in range(2):
        as_ada.post(run)

    assert facts_of("people.imported") == [{"created_count": 1, "changed_count": 0, "skipped_count": 0}]


def test_an_export_is_recorded(as_ada, ada, minneapolis):
    make_employee(sms="555-01")
    as_ada.get(reverse("people:textable-report-csv"), {"problem": "invalid"})

    (entry,) = AuditEntry.objects.filter(action="people.exported")
    assert (entry.actor, entry.facts) == (ada, {"problem": "invalid"})
