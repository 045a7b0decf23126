"""Numbers: the verdict is the phonenumbers library's, the fast path never differs, and the words help a person."""

from random import Random

import phonenumbers
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from texting.errors import InvalidNumber
from texting.numbers import TEXTABLE_REGIONS, digits_of, format_number, is_phone_like, parse_number
from texting.vocabulary import NumberProblem

TEXTABLE = "textable"


def our_verdict(raw: str, region: str = "US") -> str:
    try:
        return f"{TEXTABLE} {parse_number(raw, region=region)}"
    except InvalidNumber as error:
        return error.problem.value


def library_verdict(raw: str, region: str = "US") -> str:
    """Judge by the library alone, without any shortcut, and then by our policy."""
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return "malformed" if any(one.isdecimal() for one in raw) else "missing"
    if not phonenumbers.is_valid_number(number):
        return "malformed"
    if number.extension:
        return "extension"
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.TOLL_FREE:
        return "toll_free"
    if phonenumbers.region_code_for_number(number) not in TEXTABLE_REGIONS:
        return "foreign"
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{TEXTABLE} {e164}" if len(e164) == 12 else "malformed"  # Canada's seven-digit 310-xxxx


def problem_of(raw: str) -> InvalidNumber:
    with pytest.raises(InvalidNumber) as caught:
        parse_number(raw)
    return caught.value


@pytest.mark.parametrize(
    "raw",
    [
        "6125550134",
        "(612) 555-0134",
        "612.555.0134",
        "612 555 0134",
        "1-612-555-0134",
        "+1 (612) 555-0134",
        "  612-555-0134\n",
        "tel:+1-612-555-0134",
        "６１２５５５０１３４",
        "（６１２）５５５－０１３４",
        "\u202a612-555-0134\u202c",
    ],
)
def test_the_ways_to_write_a_number_become_one(raw):
    assert parse_number(raw) == "+16125550134"


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("", NumberProblem.MISSING),
        (" \t", NumberProblem.MISSING),
        ("n/a", NumberProblem.MISSING),
        ("see notes", NumberProblem.MISSING),
        ("555-01", NumberProblem.MALFORMED),
        ("612-555-O134", NumberProblem.MALFORMED),
        ("5555550134", NumberProblem.MALFORMED),
        ("+6125550134", NumberProblem.MALFORMED),  # a + makes the first digits the country's
        ("612-555-0134 (cell)", NumberProblem.MALFORMED),
        ("612-555-0134 x12", NumberProblem.EXTENSION),
        ("612-555-0134 ext. 12", NumberProblem.EXTENSION),
        ("800-555-0134 x1", NumberProblem.EXTENSION),
        ("(800) 555-0134", NumberProblem.TOLL_FREE),
        ("+44 20 7946 0018", NumberProblem.FOREIGN),
        ("011 44 20 7946 0018", NumberProblem.FOREIGN),
        ("876-555-0134", NumberProblem.FOREIGN),
    ],
)
def test_every_refusal_has_its_reason(raw, problem):
    assert problem_of(raw).problem is problem


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("555-01", "555-01 has 5 of 10 digits"),
        ("12-555-0134", "12-555-0134 has 9 of 10 digits"),
        ("12", "12 has 2 of 10 digits"),
        ("1612555013", "1612555013 has 9 of 10 digits"),
        ("+1 612 555 013", "+1 612 555 013 has 9 of 10 digits"),
        ("61255501345", "61255501345 has 11 digits in place of 10"),
        ("612-555-0134 / 612-555-0199", "612-555-0134 / 612-555-0199 looks like two numbers"),
        ("555-555-0134", "555-555-0134 starts with 555, which is no area code"),
        ("612-155-0134", "612-155-0134 has 155 after the area code, and no number goes on with 1 there"),
        ("684-999-0134", "684-999-0134 has 999 after the area code, which is not in use"),
        ("612-555-O134", "612-555-O134 has a letter in it (“O”)"),
        ("612-555-0134 cell", "612-555-0134 cell has letters in it"),
        ("+44 1", "+44 1 starts with + but is no number of any country"),
        ("+44 1234", "+44 1234 is no number in use in a country with +44"),
        ("612\n555\n0134", "612 555 0134 is not written like a phone number"),
        ("876-555-0134", "876-555-0134 is a number in Jamaica; only numbers in the US and Canada can be texted"),
        (
            "+44 20 7946 0018",
            "+44 20 7946 0018 is a number in a country with +44; only numbers in the US and Canada can be texted",
        ),
        ("800-555-0134", "800-555-0134 is toll-free, and a toll-free number cannot receive texts"),
        ("612-555-0134 x5", "612-555-0134 x5 has an extension, and an extension cannot receive texts"),
        ("none", "No phone number"),
    ],
)
def test_the_words_say_what_is_wrong(raw, words):
    assert problem_of(raw).words == words


def test_a_very_long_value_is_refused_and_shown_shortened():
    error = problem_of("1" * 100_000)

    assert error.problem is NumberProblem.MALFORMED
    assert len(error.words) < 120


def test_the_error_itself_does_not_hold_the_number():
    assert "0134" not in str(problem_of("555-555-0134"))


@pytest.mark.parametrize("area", ["787", "939"])
def test_puerto_rico_can_be_texted(area):
    assert parse_number(f"{area}-555-0134") == f"+1{area}5550134"


@pytest.mark.parametrize(
    ("raw", "e164"),
    [("671-300-0134", "+16713000134"), ("340-332-0134", "+13403320134"), ("684-633-0134", "+16846330134"),
     ("670-234-0134", "+16702340134"), ("416-555-0134", "+14165550134")],
)  # fmt: skip
def test_the_other_territories_and_canada_can_be_texted(raw, e164):
    assert parse_number(raw) == e164


def test_a_canadian_seven_digit_number_is_not_a_number_to_text():
    assert phonenumbers.is_valid_number(phonenumbers.parse("310-1234", "US"))
    assert problem_of("310-1234").words == "310-1234 has 7 of 10 digits"


def test_another_region_reads_its_own_numbers():
    assert our_verdict("020 7946 0018", "GB") == "foreign"
    assert our_verdict("+1 612 555 0134", "GB") == "textable +16125550134"
    assert our_verdict("612 555 0134", "CA") == "textable +16125550134"


def test_an_unknown_region_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="'USA' is no region"):
        parse_number("612 555 01", region="USA")


@pytest.mark.parametrize("rest", ["2000000", "5550134", "2110000", "1550134", "0550134", "9999999", "3000000"])
def test_the_verdict_is_the_librarys_in_every_area_code(rest):
    for area in range(1000):
        raw = f"{area:03d}{rest}"
        assert our_verdict(raw) == library_verdict(raw), raw


@pytest.mark.parametrize("area", ["671", "684", "670", "340", "983", "800", "900", "500", "600", "310", "211", "829"])
def test_the_verdict_is_the_librarys_for_every_exchange_of_the_odd_area_codes(area):
    for exchange in range(1000):
        raw = f"{area}-{exchange:03d}-0134"
        assert our_verdict(raw) == library_verdict(raw), raw


DIGITS = "0123456789"
FULLWIDTH = "０１２３４５６７８９"
AREAS = ["612", "416", "787", "876", "800", "555", "983", "310", "900", "112", "671", "061"]
EXCHANGES = ["555", "200", "155", "911", "300", "633"]
FRONTS = ["", "", "", "1", "+1", "+1 ", "1-", "+", "+44", "+52 ", "011", "0", "tel:", "Cell ", "(", "+1(", "1 (", "＋1"]
GAPS = ["", "", " ", "-", ".", "  ", " - ", "--", ")", ") ", "\u00a0", "\u2011", "/", "\t", "\n", ",", "~"]
BACKS = ["", "", "", " ", "x5", " x", " ext 12", " ext.", "#9", ";ext=3", " cell", "/6125550199", ")", ".", "\x00"]
MISSPELLINGS = [{}, {}, {}, {"0": "O"}, {"0": "o", "1": "l"}, {"5": "S"}, dict(zip(DIGITS, FULLWIDTH, strict=True))]


def nearly_number(chance):
    rest = "".join(chance.choices(DIGITS, k=chance.choice([3, 4, 4, 4, 4, 5])))
    spoken = [FRONTS, AREAS, GAPS, EXCHANGES, GAPS, [rest], BACKS]
    raw = "".join(chance.choice(part) for part in spoken)
    return raw.translate(str.maketrans(chance.choice(MISSPELLINGS)))


@pytest.mark.parametrize("region", ["US", "CA", "PR", "GB"])
def test_the_verdict_is_the_librarys_however_a_number_is_written(region):
    chance = Random(region)  # noqa: S311 - the same strings in every run
    for _ in range(8_000):
        raw = nearly_number(chance)
        assert our_verdict(raw, region) == library_verdict(raw, region), raw


junk = st.one_of(
    st.text(max_size=30),
    st.text(DIGITS + "+-().x /OolIS", max_size=16),
    st.text(DIGITS, min_size=7, max_size=13),
    st.text(DIGITS + FULLWIDTH + "٠١٢٣٤٥٦٧٨٩", min_size=9, max_size=12),
    st.characters(categories=["Cs", "Cc", "Cf"]).map(lambda one: f"612{one}555{one}0134"),
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(raws=st.lists(junk, min_size=20, max_size=30), region=st.sampled_from(["US", "CA", "PR", "GB"]))
def test_the_verdict_is_the_librarys_for_junk(raws, region):
    for raw in raws:
        assert our_verdict(raw, region) == library_verdict(raw, region), raw


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("n/a", False), ("", False), ("see notes", False), ("+", False), ("555-01", True), ("０", True), ("ext 5", True)],
)
def test_a_phone_field_with_a_digit_is_a_phone_number(raw, expected):
    assert is_phone_like(raw) is expected


def test_digits_for_searching_are_plain():
    assert digits_of("+1 (６１２) 555-01") == "161255501"
    assert digits_of("none") == ""


@pytest.mark.parametrize(
    ("e164", "written"),
    [("+16125550134", "(612) 555-0134"), ("+442079460018", "+44 20 7946 0018"), ("", ""), ("what", "what")],
)
def test_numbers_are_written_for_people(e164, written):
    assert format_number(e164) == written
