"""Sessions that ended and files never imported do not stay for ever."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from enterprise.administration.leftovers import UPLOAD_LIFE
from enterprise.administration.tasks import remove_leftovers
from enterprise.celery import app
from enterprise.people.models import ImportRun

pytestmark = pytest.mark.django_db


def upload(user, name, *, age, **facts):
    run = ImportRun.objects.create(uploaded_by=user, file_name=name, content=b"first_name\nAna", **facts)
    ImportRun.objects.filter(pk=run.pk).update(uploaded_at=timezone.now() - age)


def test_a_file_that_was_only_looked_at_goes_after_a_day_and_the_record_of_an_import_stays(ada):
    upload(ada, "abandoned.csv", age=UPLOAD_LIFE + timedelta(minutes=1))
    upload(ada, "fresh.csv", age=UPLOAD_LIFE - timedelta(minutes=1))
    upload(ada, "imported.csv", age=timedelta(days=400), imported_at=timezone.now())

    assert remove_leftovers() == 1
    assert set(ImportRun.objects.values_list("file_name", flat=True)) == {"fresh.csv", "imported.csv"}
    assert remove_leftovers() == 0


def test_a_session_that_has_ended_goes_and_one_in_use_stays(as_ada):
    gone = Session.objects.create(session_key="gone", session_data="", expire_date=timezone.now() - timedelta(days=1))

    remove_leftovers()

    assert not Session.objects.filter(pk=gone.pk).exists()
    assert as_ada.get("/employees/").status_code == 200


def test_beat_asks_for_it():
    app.loader.import_default_modules()
    asked = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert "enterprise.remove_leftovers" in asked
    assert asked <= set(app.tasks)


def test_what_beat_asks_for_does_not_pile_up_while_no_worker_takes_it():
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["options"]["expires"] <= max(60, entry["schedule"]), entry["task"]
