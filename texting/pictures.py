"""Pictures that strangers send: opened with care, and shown only as we have drawn them anew."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

# By content, whatever the file calls itself. Nothing that can hold scripts or names other files.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
# Opened it takes four bytes a pixel. Phones make pictures smaller than this before they send them.
MAX_PIXELS = 25_000_000
LONGEST_EDGE = 1280
# What Pillow raises for bytes that are no such picture, or a broken one.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, Image.DecompressionBombError)


@dataclass(frozen=True, slots=True)
class Preview:
    content: bytes
    width: int
    height: int


def draw_preview(original: bytes) -> Preview | None:
    """Return the picture as WebP, upright, at most 1280 pixels a side, without what the camera noted in it.

    None for what is no picture we show, or a broken one, or one too large to be opened. A moving one stands still.
    """
    try:
        with Image.open(BytesIO(original), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                return None
            # A JPEG is read at about the size it is wanted in.
            image.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
            upright = ImageOps.exif_transpose(image)
            drawn = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except _BROKEN:
        return None
    drawn.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    drawn.info = {}
    content = BytesIO()
    drawn.save(content, "WEBP", quality=80)
    return Preview(content.getvalue(), drawn.width, drawn.height)
