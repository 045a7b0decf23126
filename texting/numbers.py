"""Raw phone numbers to E.164, or the reason why not, in words for a person."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from texting.errors import InvalidNumber
from texting.vocabulary import NumberProblem

# The US, its territories and Canada; the rest of +1 is the Caribbean, another country for every carrier.
TEXTABLE_REGIONS = ("US", "CA", "PR", "GU", "VI", "AS", "MP")

_OTHER_PLUS_ONE = {
    "AG": gettext_lazy("Antigua and Barbuda"),
    "AI": gettext_lazy("Anguilla"),
    "BB": gettext_lazy("Barbados"),
    "BM": gettext_lazy("Bermuda"),
    "BS": gettext_lazy("the Bahamas"),
    "DM": gettext_lazy("Dominica"),
    "DO": gettext_lazy("the Dominican Republic"),
    "GD": gettext_lazy("Grenada"),
    "JM": gettext_lazy("Jamaica"),
    "KN": gettext_lazy("Saint Kitts and Nevis"),
    "KY": gettext_lazy("the Cayman Islands"),
    "LC": gettext_lazy("Saint Lucia"),
    "MS": gettext_lazy("Montserrat"),
    "SX": gettext_lazy("Sint Maarten"),
    "TC": gettext_lazy("the Turks and Caicos Islands"),
    "TT": gettext_lazy("Trinidad and Tobago"),
    "VC": gettext_lazy("Saint Vincent and the Grenadines"),
    "VG": gettext_lazy("the British Virgin Islands"),
}

_SHOWN_CHARACTERS = 40
_ANY_DIGIT = re.compile(r"\d")
_ANY_LETTER = re.compile(r"[^\W\d_]")

# The usual ways to write a number, on which the library and this shape agree; everything else goes to the library.
_USUAL_SHAPE = re.compile(r"(?:\+?1[ .-]?)?(?:\(([2-9]\d\d)\)|([2-9]\d\d))[ .-]?(\d{3})[ .-]?(\d{4})", re.ASCII)
_USUAL_REGIONS = frozenset({"US", "CA"})


def _island_area_codes() -> frozenset[str]:
    regions = map(PhoneMetadata.metadata_for_region, phonenumbers.region_codes_for_country_code(1))
    leading = "|".join(region.leading_digits for region in regions if region and region.leading_digits)
    return frozenset(str(code) for code in range(200, 1000) if re.fullmatch(leading, str(code)))


def _textable_pattern() -> re.Pattern[str]:
    metadata = [region for region in map(PhoneMetadata.metadata_for_region, TEXTABLE_REGIONS) if region]
    kinds = [kind for region in metadata for kind in (region.fixed_line, region.mobile) if kind]
    patterns = dict.fromkeys(kind.national_number_pattern for kind in kinds if kind.national_number_pattern)
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.ASCII)


_ISLAND_AREA_CODES = _island_area_codes()
_find_textable = _textable_pattern().fullmatch
_find_usual_shape = _USUAL_SHAPE.fullmatch


def parse_number(raw: str, *, region: str = "US") -> str:
    """Return `raw` as E.164: "(612) 555-0134" becomes "+16125550134".

    `region` (ISO 3166-1 alpha-2, else ValueError) is assumed when there is no country code. Valid is what the
    phonenumbers library calls so. Says nothing about landlines: only the carrier knows them from mobiles.

    Raises InvalidNumber: MISSING when there is no digit at all, MALFORMED, EXTENSION, TOLL_FREE or FOREIGN.
    """
    usual = _find_usual_shape(raw)
    if usual and region in _USUAL_REGIONS:
        bracketed, bare, exchange, subscriber = usual.groups()
        national = (bracketed or bare) + exchange + subscriber
        if _find_textable(national):
            return "+1" + national
    return _parse_with_library(raw, region)


def is_phone_like(raw: str) -> bool:
    """Tell whether a phone field holds a digit at all; "n/a" is no phone number, "555-01" is an invalid one."""
    return _ANY_DIGIT.search(raw) is not None


def digits_of(raw: str) -> str:
    """Return the digits of `raw` as 0 to 9, in order, for searching."""
    return "".join(str(unicodedata.decimal(one)) for one in unicodedata.normalize("NFKC", raw) if one.isdecimal())


def format_number(e164: str) -> str:
    """Write a number for people: "(612) 555-0134", "+44 20 7946 0018". What is no number stays as it is."""
    if len(e164) == 12 and e164.startswith("+1"):
        return f"({e164[2:5]}) {e164[5:8]}-{e164[8:]}"
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _parse_with_library(raw: str, region: str) -> str:
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{region!r} is no region; write two capital letters, such as US")
    if not is_phone_like(raw):
        raise InvalidNumber(raw, NumberProblem.MISSING)
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException as error:
        raise InvalidNumber(raw, NumberProblem.MALFORMED, _say_what_is_wrong(raw)) from error
    if not phonenumbers.is_valid_number(number):
        raise InvalidNumber(raw, NumberProblem.MALFORMED, _say_what_is_wrong(raw, number))
    _refuse_untextable(raw, number)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _refuse_untextable(raw: str, number: PhoneNumber) -> None:
    shown = {"number": _show(raw)}
    if number.extension:
        words = _("%(number)s has an extension, and an extension cannot receive texts")
        raise InvalidNumber(raw, NumberProblem.EXTENSION, words % shown)
    if phonenumbers.number_type(number) == PhoneNumberType.TOLL_FREE:
        words = _("%(number)s is toll-free, and a toll-free number cannot receive texts")
        raise InvalidNumber(raw, NumberProblem.TOLL_FREE, words % shown)
    region = phonenumbers.region_code_for_number(number) or ""
    if region not in TEXTABLE_REGIONS:
        place = _OTHER_PLUS_ONE.get(region) or _("a country with +%(code)s") % {"code": number.country_code}
        words = _("%(number)s is a number in %(place)s; only numbers in the US and Canada can be texted")
        raise InvalidNumber(raw, NumberProblem.FOREIGN, words % {**shown, "place": place})
    # Canada has valid numbers of seven digits (310-xxxx) for calling a company; nobody texts them, and a local number
    # whose area code was left out looks the same.
    if len(str(number.national_number)) != 10:
        raise InvalidNumber(raw, NumberProblem.MALFORMED, _say_what_is_wrong(raw))


def _say_what_is_wrong(raw: str, number: PhoneNumber | None = None) -> str:
    shown, digits = {"number": _show(raw)}, digits_of(raw)
    letters = list(dict.fromkeys(_ANY_LETTER.findall(raw)))
    if len(letters) == 1:
        return _("%(number)s has a letter in it (“%(letter)s”)") % {**shown, "letter": letters[0]}
    if letters:
        return _("%(number)s has letters in it") % shown
    if number is not None and number.country_code != 1:
        words = _("%(number)s is no number in use in a country with +%(code)s")
        return words % {**shown, "code": number.country_code}
    is_international = raw.lstrip().startswith(("+", "＋"))
    if number is None and is_international and not digits.startswith("1"):
        return _("%(number)s starts with + but is no number of any country") % shown
    # Of "12" it is not known that the 1 is the country's code: the digits that were typed are counted.
    has_country_code = is_international or len(digits) >= 10
    return _say_what_is_wrong_with_digits(digits.removeprefix("1") if has_country_code else digits, shown)


def _say_what_is_wrong_with_digits(national: str, shown: dict[str, str]) -> str:
    if len(national) in (20, 21):
        return _("%(number)s looks like two numbers") % shown
    if len(national) > 10:
        return _("%(number)s has %(count)s digits in place of 10") % {**shown, "count": len(national)}
    if len(national) < 10:
        return _("%(number)s has %(count)s of 10 digits") % {**shown, "count": len(national) or 1}
    area, exchange = national[:3], national[3:6]
    facts = {**shown, "area": area, "exchange": exchange, "digit": exchange[0]}
    if not _is_area_code(area):
        return _("%(number)s starts with %(area)s, which is no area code") % facts
    if _is_valid_national(national):
        return _("%(number)s is not written like a phone number") % shown
    if exchange[0] in "01":
        return _("%(number)s has %(exchange)s after the area code, and no number goes on with %(digit)s there") % facts
    return _("%(number)s has %(exchange)s after the area code, which is not in use") % facts


def _is_area_code(area: str) -> bool:
    # 555-0100 is a valid rest in every area code of the larger countries; the islands use only a few exchanges.
    return area in _ISLAND_AREA_CODES or _is_valid_national(f"{area}5550100")


def _is_valid_national(national: str) -> bool:
    return phonenumbers.is_valid_number(PhoneNumber(country_code=1, national_number=int(national)))


def _show(raw: str) -> str:
    printable = " ".join("".join(one if one.isprintable() else " " for one in raw[:200]).split())
    return printable if len(printable) <= _SHOWN_CHARACTERS else printable[: _SHOWN_CHARACTERS - 1] + "…"
