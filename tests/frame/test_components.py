from datetime import UTC, date, datetime

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone

from texting.frame.initials import initials, tint
from texting.frame.templatetags.frame import avatar, status, when

NOON = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)  # 12:00 in Chicago


def render(source: str, **context: object) -> str:
    return Template("{% load frame %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ana Rivera", "AR"),
        ("Rivera, Ana", "AR"),
        ("Mohamed Abdi Warsame", "MW"),
        ("Zoë Åström", "ZÅ"),
        ("Fatima El-Sayed", "FE"),
        ("D’Andre Washington", "DW"),
        ("Carl Diaz, Jr.", "CD"),
        ("Carl Diaz III", "CD"),
        ("Cher", "C"),
        ("王小明", "王"),
        ("محمد علي", "م\u200cع"),
        ("कमला देवी", "कदे"),
        ("e\u0301mile zola", "ÉZ"),
        ("(612) 555-0134", ""),
        ("", ""),
    ],
)
def test_initials_are_found_in_any_script(name, expected):
    assert initials(name) == expected


def test_a_name_keeps_its_tint():
    assert tint("Ana Rivera") == tint("ana rivera")
    assert {tint(str(n)) for n in range(50)} == {1, 2, 3, 4, 5}


def test_an_avatar_without_letters_shows_a_person():
    assert "#user" in avatar("(612) 555-0134")


def test_a_name_cannot_bring_markup():
    assert "<b" not in avatar("<b>x <i>y")
    assert "&lt;b&gt;" in status("active", "<b>")


@pytest.mark.parametrize(
    ("at", "style", "expected"),
    [
        (datetime(2026, 11, 22, 20, 2, tzinfo=UTC), "short", "14:02"),
        (datetime(2026, 11, 20, 22, 31, tzinfo=UTC), "short", "20 Nov"),
        (datetime(2025, 11, 20, 22, 31, tzinfo=UTC), "short", "20 Nov 2025"),
        (datetime(2026, 11, 20, 22, 31, tzinfo=UTC), "stamp", "20 Nov 16:31"),
        (datetime(2026, 11, 22, 20, 2, tzinfo=UTC), "words", "today 14:02"),
        (datetime(2026, 11, 22, 3, 0, tzinfo=UTC), "words", "yesterday 21:00"),
        (datetime(2026, 11, 23, 20, 20, tzinfo=UTC), "words", "tomorrow 14:20"),
        (datetime(2026, 11, 22, 20, 2, tzinfo=UTC), "long_day", "Sunday 22 November"),
    ],
)
@time_machine.travel(NOON, tick=False)
def test_a_time_is_written_short_in_the_readers_zone(at, style, expected):
    with timezone.override("America/Chicago"):
        html = when(at, style)
    assert f">{expected}</time>" in html
    assert "CST" in html


def test_the_exact_time_follows_the_zone():
    with timezone.override("Europe/Paris"):
        assert 'datetime="2026-11-22T19:00:00+01:00"' in when(NOON)
        assert "19:00:00 CET" in when(NOON)


@time_machine.travel(NOON, tick=False)
def test_a_day_has_no_time():
    assert when(date(2026, 11, 3)) == '<time datetime="2026-11-03">3 Nov</time>'


def test_no_time_is_nothing_or_what_is_said_for_it():
    assert when(None) == ""
    assert when(None, empty="Never") == "Never"


def test_a_meter_says_its_numbers_and_leaves_out_zeros():
    html = render('{% meter segments "18 people" %}', segments=[("delivered", 9), ("sent", 0), ("not_texted", 9)])
    assert 'aria-label="Of 18 people: 9 delivered, 9 not texted"' in html
    assert html.count("<rect") == 4
    assert 'x="50.00%"' in html
    assert "style=" not in html


def test_an_empty_meter_does_not_divide_by_zero():
    assert "Of 0" in render("{% meter segments %}", segments=[])
