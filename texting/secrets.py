"""Passwords and session keys, encrypted for one place in the database.

A token is `v1.<key id>.<base64url of nonce and ciphertext>` (AES-256-GCM). What it is bound to, such as
"texting_line:42:password", is authenticated with it, so that a token copied to another row or field cannot be read.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from dataclasses import dataclass, field
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12  # NIST SP 800-38D; random nonces are good for 2^32 tokens a key
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)
_EXAMPLE = "Make one with: python -c 'import base64,os; print(base64.b64encode(os.urandom(32)).decode())'"


class InvalidKeys(ValueError):
    """The setting with the keys cannot be used. The message never holds a key."""


class CannotDecrypt(Exception):
    """A stored secret cannot be read: the key is gone, or the token is damaged or stands in another place.

    Not a TextingError: somebody must look at the configuration, no retry helps.
    """


class Secret:
    """A value that shows itself only when asked to: not in logs, pickles, JSON or tracebacks."""

    __slots__ = ("_plain",)

    def __init__(self, plain: str) -> None:
        self._plain = plain

    def reveal(self) -> str:
        return self._plain

    def __repr__(self) -> str:
        return "***"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")


def key_id_of(token: str) -> str:
    """Return the id of the key that `token` was encrypted with. Raises CannotDecrypt when it is no token."""
    version, _, rest = token.partition(".")
    key_id, dot, _ = rest.partition(".")
    if version != "v1" or not dot or not _KEY_ID.fullmatch(key_id):
        raise CannotDecrypt("This is no encrypted value of ours (it does not start with v1 and a key id).")
    return key_id


@dataclass(frozen=True, eq=False)
class Keyring:
    """Keys by id; the first one encrypts, all of them decrypt."""

    _keys: dict[str, AESGCM] = field(repr=False)

    @classmethod
    def from_setting(cls, setting: str) -> Keyring:
        """Read "2026a:<base64 of 32 bytes>,2025b:<…>". Raises InvalidKeys with a sentence for the operator."""
        keys: dict[str, AESGCM] = {}
        for position, entry in enumerate(filter(None, map(str.strip, setting.split(","))), start=1):
            key_id, colon, encoded = map(str.strip, entry.partition(":"))
            if not colon or not _KEY_ID.fullmatch(key_id):
                raise InvalidKeys(f"Key {position} must be written as id:key, the id in letters, digits, - or _.")
            if key_id in keys:
                raise InvalidKeys(f"The key id “{key_id}” is there twice; every key needs its own.")
            keys[key_id] = AESGCM(_read_key(key_id, encoded))
        if not keys:
            raise InvalidKeys(f"There is no key to encrypt with. {_EXAMPLE}")
        return cls(keys)

    @property
    def key_ids(self) -> tuple[str, ...]:
        """All key ids, the one that encrypts first."""
        return tuple(self._keys)

    def encrypt(self, plain: str, *, bound_to: str) -> str:
        """Encrypt with the first key. The same value gives another token each time."""
        key_id, key = next(iter(self._keys.items()))
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + key.encrypt(nonce, plain.encode(), bound_to.encode())
        return f"v1.{key_id}.{_encode(sealed)}"

    def decrypt(self, token: str, *, bound_to: str) -> Secret:
        """Read a token of any of the keys. Raises CannotDecrypt."""
        key_id = key_id_of(token)
        key = self._keys.get(key_id)
        if key is None:
            raise CannotDecrypt(f"The secret {bound_to} needs the key “{key_id}”, which is not among the keys.")
        try:
            sealed = _decode(token.split(".", 2)[2])
            plain = key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode())
        except (InvalidTag, ValueError) as error:
            words = f"The secret {bound_to} was damaged, or moved from another place, or its key was replaced."
            raise CannotDecrypt(words) from error
        return Secret(plain.decode())


def _read_key(key_id: str, encoded: str) -> bytes:
    try:
        padded = encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4)
        key = base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        # Without its cause: a traceback would show the key's text in its locals.
        raise InvalidKeys(f"The key “{key_id}” is not base64. {_EXAMPLE}") from None
    if len(key) != KEY_BYTES:
        raise InvalidKeys(f"The key “{key_id}” has {len(key)} bytes; it needs {KEY_BYTES}. {_EXAMPLE}")
    if len(set(key)) < 8:
        raise InvalidKeys(f"The key “{key_id}” is not random (zeros, or one pattern repeated). {_EXAMPLE}")
    return key


def _encode(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _decode(encoded: str) -> bytes:
    sealed = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    # The decoder skips what is no base64, so that other spellings would pass for the same token.
    if _encode(sealed) != encoded:
        raise ValueError("not canonical base64url")
    return sealed
