"""`make audit`: what it says of what it could not ask, and of what it found."""

import pytest

from enterprise.local import scan

UNKNOWN = {"name": "django", "version": "5.2", "skip_reason": "not found"}
FINE = {"name": "django", "version": "5.2", "vulns": []}
BAD = {"name": "django", "version": "5.2", "vulns": [{"id": "CVE-1", "fix_versions": ["5.3"]}]}


@pytest.mark.parametrize(
    ("asked", "is_good", "words"),
    [
        ([UNKNOWN], True, "NOT RUN"),
        ([], True, "NOT RUN"),
        ([FINE], True, "0 known holes in 1 dependencies."),
        ([FINE, UNKNOWN], True, "0 known holes in 1 dependencies, 1 unknown to the index."),
        ([FINE, BAD], False, "django 5.2: CVE-1, mended in 5.3"),
    ],
)
def test_only_what_was_asked_is_called_fine(capsys, asked, is_good, words):
    assert scan.judge(asked) is is_good
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("comment", "is_explained"), [("  # noqa: S311 - spreads load", True), ("  # noqa: S311", False)]
)
def test_a_finding_needs_a_reason_beside_it(tmp_path, comment, is_explained):
    code = tmp_path / "code.py"
    code.write_text(f"import random\nx = random.random()  {comment}\n")

    assert scan._has_reason({"filename": str(code), "line_range": [2], "test_id": "B311"}) is is_explained
