"""A file somebody chose as a photo -> two small square pictures that hold nothing but what one sees."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

if TYPE_CHECKING:
    from django.core.files import File

MOST_BYTES = 10 * 1024 * 1024
# Of a 1-bit file of a few kilobytes, a decoder makes gigabytes; a phone's largest everyday picture has 24 million.
MOST_PIXELS = 30_000_000
# What the file holds decides, not what it is called; no other decoder is even tried.
FORMATS = ("JPEG", "PNG", "WEBP")
SMALL, LARGE = 64, 256
QUALITY = 82
# Faces are in the upper half.
CENTERING = (0.5, 0.4)
# What Pillow raises on files that are cut off, damaged or made to harm.
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, struct.error, Image.DecompressionBombError)


class Pictures(NamedTuple):
    """WebP, `SMALL` and `LARGE` pixels square."""

    small: bytes
    large: bytes


def prepare(upload: File[bytes]) -> Pictures:
    """Turned as it was taken, cut square, without place, time and camera. Raises ValidationError, in words."""
    if (upload.size or 0) > MOST_BYTES:
        raise ValidationError(_("This file is larger than 10 MB. Choose a smaller picture."))
    try:
        with Image.open(upload, formats=FORMATS) as image:
            return _shrink(image)
    except _UNREADABLE as error:
        raise ValidationError(
            _("This file is no picture that can be read. Choose a JPEG, PNG or WebP file.")
        ) from error


def _shrink(image: Image.Image) -> Pictures:
    if image.width * image.height > MOST_PIXELS:
        raise ValidationError(_("This picture has more than 30 million pixels. Choose a smaller one."))
    # A JPEG is then decoded no larger than needed, and nothing large is ever copied.
    image.draft("RGB", (LARGE * 4, LARGE * 4))
    image.thumbnail((LARGE * 4, LARGE * 4))
    upright = ImageOps.exif_transpose(image).convert("RGBA")
    plain = Image.new("RGB", upright.size, "white")
    plain.paste(upright, mask=upright)
    return Pictures(_square(plain, SMALL), _square(plain, LARGE))


def _square(image: Image.Image, size: int) -> bytes:
    written = io.BytesIO()
    ImageOps.fit(image, (size, size), Image.Resampling.LANCZOS, centering=CENTERING).save(
        written, "WEBP", quality=QUALITY
    )
    return written.getvalue()
