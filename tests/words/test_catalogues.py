"""Every marked text is in the catalogues, translated into every language, and compiled."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

CHECKOUT = Path(__file__).resolve().parents[2]
APPS = ("enterprise", "texting")
LANGUAGES = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
CATALOGUES = [
    f"{app}/locale/{language}/LC_MESSAGES/{domain}"
    for app in APPS
    for language in LANGUAGES
    for domain in ("django", "djangojs")
]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|</?[a-z][^>]*>")


def read(catalogue, folder=CHECKOUT):
    return polib.pofile(str(folder / f"{catalogue}.po"))


def texts_of(catalogue, folder=CHECKOUT):
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in read(catalogue, folder)}


def forms_of(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.fixture(scope="module")
def gathered(tmp_path_factory):
    """A copy of the sources, in which the texts were gathered afresh."""
    if not shutil.which("xgettext"):
        pytest.skip("there is no GNU gettext on this machine")
    copy = tmp_path_factory.mktemp("sources")
    for folder in (*APPS, "static", "templates"):
        shutil.copytree(CHECKOUT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    shutil.copy(CHECKOUT / "manage.py", copy)
    languages = [argument for language in LANGUAGES for argument in ("-l", language)]
    for domain in ("django", "djangojs"):
        gather = [sys.executable, "manage.py", "makemessages", "-d", domain, *languages, "--no-obsolete", "-v", "0"]
        subprocess.run(gather, cwd=copy, check=True, env={**os.environ, "PYTHONPATH": str(copy)})
    return copy


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_no_marked_text_is_missing_and_none_is_left_over(catalogue, gathered):
    """If this fails: make messages."""
    assert texts_of(catalogue) == texts_of(catalogue, gathered)


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_every_text_is_translated_and_nobody_doubts_it(catalogue):
    entries = read(catalogue)
    assert [entry.msgid for entry in entries if not all(forms_of(entry)) or entry.fuzzy or entry.obsolete] == []


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_a_translation_keeps_placeholders_and_tags(catalogue):
    for entry in read(catalogue):
        # "One field" may be said without the number, in either language.
        allowed = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        needed = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        *singular, plural = [set(PLACEHOLDER.findall(form)) for form in forms_of(entry)]
        assert plural == needed, entry.msgid
        assert all(form <= allowed for form in singular), entry.msgid


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_what_is_compiled_is_what_is_written(catalogue):
    """If this fails: make messages."""
    compiled = polib.mofile(str(CHECKOUT / f"{catalogue}.mo"))
    told = {(entry.msgctxt, entry.msgid): forms_of(entry) for entry in compiled}
    assert told == {(entry.msgctxt or None, entry.msgid): forms_of(entry) for entry in read(catalogue)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_says_the_same_in_every_catalogue(language):
    """They are merged into one, so only one of two would be seen."""
    said: dict[tuple[str | None, str], list[str]] = {}
    for catalogue in CATALOGUES:
        if f"/{language}/" in catalogue:
            for entry in read(catalogue):
                assert said.setdefault((entry.msgctxt, entry.msgid), forms_of(entry)) == forms_of(entry)
