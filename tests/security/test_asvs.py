"""The tables of SECURITY.md and asvs.md name files that are there, and every item that applies has its row."""

import re
from pathlib import Path

import pytest
from django.conf import global_settings

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["SECURITY.md", "asvs.md"])
def test_every_file_named_is_there(name):
    named = re.findall(r"`([\w./]+\.(?:py|md))`", (CHECKOUT / ".github" / name).read_text())

    assert named
    assert [path for path in named if not (CHECKOUT / path).exists() and path != "manage.py"] == []


def proofs():
    """(item, what proves it) of each row of the table that says so."""
    table = (CHECKOUT / ".github" / "asvs.md").read_text().partition("## Exceptions")[0]
    for row in table.splitlines():
        if re.match(r"\| \d", row):
            yield row.split(" | ")[0], row.rstrip(" |").split(" | ")[-1]


def test_every_row_names_a_test_that_is_there():
    named = {item: re.findall(r"`(tests/[\w/]+\.py)`", proof) for item, proof in proofs()}

    assert [item for item, tests in named.items() if not any("def test_" in _read(test) for test in tests)] == []


def _read(path):
    return (CHECKOUT / path).read_text()


def test_what_rests_on_a_default_of_others_is_not_changed():
    """Django's hashes of passwords, and gunicorn's strict reading of requests."""
    default = ["PBKDF2PasswordHasher", "PBKDF2SHA1PasswordHasher", "Argon2PasswordHasher", "BCryptSHA256PasswordHasher"]
    hashers = [path.rpartition(".")[2] for path in global_settings.PASSWORD_HASHERS]

    assert hashers[: len(default)] == default
    assert "PASSWORD_HASHERS" not in _read("enterprise/settings.py")
    loosening = ("permit_obsolete_folding", "permit_unconventional", "casefold_http", "header_map", "forwarder_headers")
    assert [setting for setting in loosening if setting in _read("enterprise/gunicorn.py")] == []


def test_the_classes_of_data_are_named():
    classes = _read(".github/SECURITY.md").partition("## Who can read what")[2]

    assert [name for name in ("Secrets", "Personal", "Ids and codes") if name not in classes] == []


# The items of ASVS 5.0 that apply: all of the levels 1 and 2 that concern such a system, and some of level 3.
ITEMS = """
1.2.1-4 1.2.10 1.3.3 1.3.6-7 1.3.12 1.5.2-3 2.1.1-3 2.2.1-3 2.3.2-5 2.4.1 3.2.1-2 3.3.1-4 3.4.1 3.4.3-8 3.5.1-3
4.1.1-5 4.2.1 5.2.1-2 5.2.4 5.2.6 5.3.1-2 6.2.1-12 6.3.1-3 6.3.8 7.1.1 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2
8.1.1-2 8.2.1-3 8.3.1-3 8.4.1 11.1.1-2 11.2.1-3 11.3.2-4 11.4.2 11.5.1 12.1.1 12.2.1 12.3.1-4 13.1.1-3 13.2.1-4
13.2.6 13.3.1-2 13.3.4 13.4.1-2 13.4.5 14.1.1-2 14.2.1 14.2.4 14.2.6-8 14.3.2-3 15.1.1-3 15.2.1-2 15.3.1-4 15.3.7
15.4.2 15.4.4 16.1.1 16.2.1-2 16.2.5 16.3.1-4 16.4.1-2 16.5.1-4
"""
NUMBER = r"\d+\.\d+\.\d+"


def number(written):
    return tuple(map(int, written.split(".")))


def applying():
    for item in ITEMS.split():
        section, _, places = item.rpartition(".")
        first, _, last = places.partition("-")
        for place in range(int(first), int(last or first) + 1):
            yield f"{section}.{place}"


def in_rows():
    """The items that begin a row, one by one or as a range, "3.4.1 – 3.4.6"."""
    for row in (CHECKOUT / ".github" / "asvs.md").read_text().splitlines():
        named = re.match(rf"\| ({NUMBER}(?:(?:, | – ){NUMBER})*) ", row)
        for part in named[1].split(", ") if named else []:
            first, _, last = part.partition(" – ")
            yield number(first), number(last or first)


def test_every_item_that_applies_has_a_row():
    rows = list(in_rows())

    missing = [item for item in applying() if not any(first <= number(item) <= last for first, last in rows)]

    assert not missing


def test_a_row_covers_what_its_range_names_and_no_more():
    rows = list(in_rows())

    assert (number("3.4.1"), number("3.4.6")) in rows
    assert not any(first <= number("3.4.9") <= last for first, last in rows)
