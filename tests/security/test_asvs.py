"""The tables of SECURITY.md and asvs.md name files that are there."""

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["SECURITY.md", "asvs.md"])
def test_every_file_named_is_there(name):
    named = re.findall(r"`([\w./]+\.(?:py|md))`", (CHECKOUT / ".github" / name).read_text())

    assert named
    assert [path for path in named if not (CHECKOUT / path).exists() and path != "manage.py"] == []
