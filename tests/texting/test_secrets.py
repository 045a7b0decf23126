"""Secrets: readable only with the right key in the right place, and never shown."""

import base64
import copy
import json
import logging
import pickle
import string
import traceback

import pytest

from texting.secrets import CannotDecrypt, InvalidKeys, Keyring, Secret, key_id_of

PASSWORD = "swordfish-7"
PLACE = "texting_line:42:password"


def key(seed: int) -> str:
    return base64.b64encode(bytes(range(seed, seed + 32))).decode()


@pytest.fixture
def keyring():
    return Keyring.from_setting(f"2026a:{key(1)}")


def test_a_secret_comes_back(keyring):
    token = keyring.encrypt(PASSWORD, bound_to=PLACE)

    assert keyring.decrypt(token, bound_to=PLACE).reveal() == PASSWORD


def test_any_text_comes_back(keyring):
    for plain in ("", "pässwörd 😀", "a" * 10_000, "with.dots.and:colons"):
        assert keyring.decrypt(keyring.encrypt(plain, bound_to=PLACE), bound_to=PLACE).reveal() == plain


def test_the_token_names_its_key_and_hides_the_rest(keyring):
    token = keyring.encrypt(PASSWORD, bound_to=PLACE)

    assert token.startswith("v1.2026a.")
    assert key_id_of(token) == "2026a"
    assert PASSWORD not in base64.urlsafe_b64decode(token.split(".")[2] + "==").decode("latin-1")


def test_the_same_secret_gives_another_token_each_time(keyring):
    assert keyring.encrypt(PASSWORD, bound_to=PLACE) != keyring.encrypt(PASSWORD, bound_to=PLACE)


@pytest.mark.parametrize("elsewhere", ["texting_line:43:password", "texting_line:42:session_key", ""])
def test_a_token_moved_to_another_place_cannot_be_read(keyring, elsewhere):
    token = keyring.encrypt(PASSWORD, bound_to=PLACE)

    with pytest.raises(CannotDecrypt, match="moved"):
        keyring.decrypt(token, bound_to=elsewhere)


# Three lengths, so that base64 ends in each of its three ways: with 0, 2 and 4 bits that carry nothing.
@pytest.mark.parametrize("plain", [PASSWORD, PASSWORD + "x", PASSWORD + "xy"])
def test_a_token_with_any_character_changed_cannot_be_read(keyring, plain):
    token = keyring.encrypt(plain, bound_to=PLACE)
    changed = [
        token[:position] + other + token[position + 1 :]
        for position in range(len(token))
        for other in (string.ascii_letters + string.digits + "-_=" if position == len(token) - 1 else "AB\n")
        if other != token[position]
    ]
    for one in [*changed, token + "=", token + "\n", token + " ", token[:-1], token[:-2]]:
        with pytest.raises(CannotDecrypt):
            keyring.decrypt(one, bound_to=PLACE)


@pytest.mark.parametrize(
    "token",
    ["", "v1", "v1.", "v1.2026a", "v1.2026a.", "v1.2026a.AAAA", "v2.2026a.AAAA", "v1.2026a.é", "v1.. .", PASSWORD],
)
def test_what_is_no_token_cannot_be_read(keyring, token):
    with pytest.raises(CannotDecrypt):
        keyring.decrypt(token, bound_to=PLACE)


def test_an_older_key_still_decrypts_and_the_first_encrypts(keyring):
    token = keyring.encrypt(PASSWORD, bound_to=PLACE)
    rotated = Keyring.from_setting(f"2026b:{key(2)}, 2026a:{key(1)}")

    assert rotated.key_ids == ("2026b", "2026a")
    assert rotated.decrypt(token, bound_to=PLACE).reveal() == PASSWORD
    assert key_id_of(rotated.encrypt(PASSWORD, bound_to=PLACE)) == "2026b"


def test_a_key_that_is_gone_is_named(keyring):
    token = keyring.encrypt(PASSWORD, bound_to=PLACE)

    with pytest.raises(CannotDecrypt, match="2026a"):
        Keyring.from_setting(f"2026b:{key(2)}").decrypt(token, bound_to=PLACE)


def test_another_key_under_the_same_id_cannot_read(keyring):
    token = keyring.encrypt(PASSWORD, bound_to=PLACE)

    with pytest.raises(CannotDecrypt, match="replaced"):
        Keyring.from_setting(f"2026a:{key(2)}").decrypt(token, bound_to=PLACE)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("", "no key to encrypt with"),
        (" , ", "no key to encrypt with"),
        (key(1), "Key 1 must be written as id:key"),
        (f"2026 a:{key(1)}", "Key 1 must be written as id:key"),
        (f"a.b:{key(1)}", "Key 1 must be written as id:key"),
        (f"a:{key(1)},a:{key(2)}", "“a” is there twice"),
        ("a:***", "“a” is not base64"),
        ("a:" + base64.b64encode(bytes(range(31))).decode(), "has 31 bytes; it needs 32"),
        ("a:" + base64.b64encode(bytes(32)).decode(), "is not random"),
        ("a:" + base64.b64encode(b"change-m" * 4).decode(), None),
        ("a:" + base64.b64encode(b"abcd" * 8).decode(), "is not random"),
    ],
)
def test_an_unusable_setting_is_refused_with_a_sentence(setting, words):
    if words is None:
        assert Keyring.from_setting(setting)
        return
    with pytest.raises(InvalidKeys, match=words):
        Keyring.from_setting(setting)


def test_keys_may_be_written_url_safe_and_without_padding():
    raw = bytes(range(224, 256))
    standard = Keyring.from_setting(f"a:{base64.b64encode(raw).decode()}")
    url_safe = Keyring.from_setting(f"a:{base64.urlsafe_b64encode(raw).decode().rstrip('=')}")

    assert url_safe.decrypt(standard.encrypt(PASSWORD, bound_to=PLACE), bound_to=PLACE).reveal() == PASSWORD


def test_no_complaint_shows_a_key(keyring):
    broken = key(1)[:-4]
    for setting in (broken, f"a:{broken}", f"a:{key(1)}!", f"a:{key(1)},a:{key(1)}"):
        with pytest.raises(InvalidKeys) as caught:
            Keyring.from_setting(setting)
        assert broken[:20] not in "".join(traceback.format_exception(caught.value))
    assert key(1)[:20] not in repr(keyring)


def test_a_secret_does_not_show_itself(caplog):
    secret = Secret(PASSWORD)
    with caplog.at_level(logging.INFO):
        logging.getLogger("texting").info("%s %r %s", secret, secret, [secret])

    shown = [str(secret), repr(secret), f"{secret}", f"{secret!r}", "%s" % secret, caplog.text]  # noqa: UP031
    assert not [one for one in shown if PASSWORD in one]
    assert str(secret) == "***"


@pytest.mark.parametrize("leave", [pickle.dumps, json.dumps, copy.copy, copy.deepcopy, vars])
def test_a_secret_does_not_leave_the_process(leave):
    with pytest.raises(TypeError):
        leave(Secret(PASSWORD))
