"""Segments: the published limits, a plain counter to compare with, and the browser's counter."""

import base64
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from texting.segments import GSM_BASIC, GSM_EXTENSION, count_segments, normalise_body

SEGMENTS_JS = Path(__file__).parents[2] / "static/js/segments.js"


@pytest.mark.parametrize(
    ("body", "encoding", "units", "segment_count"),
    [
        ("", "GSM-7", 0, 0),
        ("a", "GSM-7", 1, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        # 76 pairs fill 152 of 153 septets; the next pair is not split.
        ("€" * 152, "GSM-7", 304, 2),
        ("€" * 153, "GSM-7", 306, 3),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("’" + "a" * 69, "UCS-2", 70, 1),
        ("’" + "a" * 70, "UCS-2", 71, 2),
        ("’" * 134, "UCS-2", 134, 2),
        ("’" * 135, "UCS-2", 135, 3),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        # 33 emoji fill 66 of 67 units; the next is not split.
        ("😀" * 67, "UCS-2", 134, 3),
        ("é", "GSM-7", 1, 1),
        ("e\u0301", "UCS-2", 2, 1),
        ("á", "UCS-2", 1, 1),
        ("ç", "UCS-2", 1, 1),
        ("Ç", "GSM-7", 1, 1),
        ("`", "UCS-2", 1, 1),
        ("\t", "UCS-2", 1, 1),
        ("Hi Ana,\nshift at 7?", "GSM-7", 19, 1),
    ],
)
def test_a_body_costs_what_the_standard_says(body, encoding, units, segment_count):
    counted = count_segments(body)

    assert (counted.encoding, counted.units, counted.segment_count) == (encoding, units, segment_count)


def test_the_alphabet_has_the_size_of_the_standards():
    assert len(set(GSM_BASIC)) == 127  # 128 less the escape
    assert len(set(GSM_EXTENSION)) == 10
    assert not set(GSM_BASIC) & set(GSM_EXTENSION)


def test_bytes_and_characters_are_counted_too():
    counted = count_segments("é😀")

    assert (counted.characters, counted.bytes_utf8) == (2, 6)


def test_half_a_surrogate_pair_can_be_counted():
    assert count_segments("a\ud83d").segment_count == 1


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        ("Hi\r\nthere\r", "Hi\nthere"),
        ("a\tb", "a b"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff", "abcdef"),
        ("a\vb\fc\u2028d\u2029e\x85f", "a\nb\nc\nd\ne\nf"),
        ("Jose\u0301", "José"),
        ("  Hi \n\n \u00a0", "  Hi"),
        ("a\ud83db\ude00", "ab"),
        ("\ud83d\ude00", "😀"),
        ("😀 👩\u200d👧", "😀 👩\u200d👧"),
        ("\ufeffHi\ufeff ", "Hi"),
        (" \n\t\x00", ""),
    ],
)
def test_a_body_is_repaired(raw, body):
    assert normalise_body(raw) == body


anything = st.text(st.characters(exclude_categories=[]), max_size=80)
lively = st.text(st.sampled_from("ae€’😀\u0301\n\r\t\x00\ud83d\ude00[é "), max_size=400)


@given(st.one_of(anything, lively))
def test_repairing_twice_changes_nothing_and_postgresql_takes_it(raw):
    body = normalise_body(raw)

    assert normalise_body(body) == body
    assert b"\x00" not in body.encode()


def count_slowly(body):
    """Put character after character into parts by the standard's words alone."""
    is_gsm = all(one in GSM_BASIC or one in GSM_EXTENSION for one in body)
    widths = [len(one.encode("utf-16-le", "surrogatepass")) // 2 for one in body]
    if is_gsm:
        widths = [2 if one in GSM_EXTENSION else 1 for one in body]
    if sum(widths) <= (160 if is_gsm else 70):
        return 1 if body else 0
    parts = [0]
    for width in widths:
        if parts[-1] + width > (153 if is_gsm else 67):
            parts.append(0)
        parts[-1] += width
    return len(parts)


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(st.sampled_from("ab€[\n"), max_size=700), st.text(st.sampled_from("a’😀"), max_size=400)))
def test_the_count_is_that_of_filling_parts_one_by_one(body):
    assert count_segments(body).segment_count == count_slowly(body)


def golden_corpus():
    pieces = [
        "a",
        "€",
        "é",
        "e\u0301",
        "’",
        "😀",
        "👩\u200d👩\u200d👧",
        "\n",
        "\r\n",
        "ç",
        "[x]",
        "🏴\U000e0067\U000e007f",
    ]
    edges = [0, 1, 33, 34, 35, 66, 67, 68, 69, 70, 71, 76, 77, 80, 81, 134, 135, 152, 153, 154, 160, 161, 306, 307, 459]
    bodies = [piece * edge for piece in pieces for edge in edges]
    bodies += ["a" * edge + piece for piece in pieces for edge in edges]
    bodies += [
        "".join(map(chr, range(start, start + 96))) for start in (*range(0, 0x580, 96), *range(0x1E00, 0x2100, 96))
    ]
    return [*bodies, *GSM_BASIC, *GSM_EXTENSION, "a\x00\tb \u00a0\u2003\ufeff", "x\x1c\x1f \x85", "\u180e \u200b"]


ASK_THE_BROWSERS_COUNTER = """
async ([address, bodies]) => {
  const { countSegments, normaliseBody } = await import(address);
  return bodies.map((body) => [countSegments(body), normaliseBody(body)]);
}
"""


def test_the_browser_counts_the_same(browser):
    corpus = golden_corpus()
    script = "data:text/javascript;base64," + base64.b64encode(SEGMENTS_JS.read_bytes()).decode()
    page = browser.new_page()
    answers = page.evaluate(ASK_THE_BROWSERS_COUNTER, [script, corpus])
    page.close()
    for body, (counted, normalised) in zip(corpus, answers, strict=True):
        ours = count_segments(body)
        assert counted == {
            "units": ours.units,
            "encoding": ours.encoding,
            "segmentCount": ours.segment_count,
            "characters": ours.characters,
            "bytesUtf8": ours.bytes_utf8,
        }, ascii(body[:40])
        assert normalised == normalise_body(body), ascii(body[:40])
