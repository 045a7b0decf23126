"""The icon sprite: one SVG file of <symbol>s, so that a page names an icon and no SVG is repeated in the HTML.

To add an icon, take its outline SVG from the Tabler icon set (the version: static/vendor/VERSIONS.md) and run

    manage.py add_icon path/to/send.svg path/to/clock.svg

which rewrites the sprite, sorted by name. The file's name becomes the icon's name.
"""

import re
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

SPRITE = "vendor/icons/sprite.svg"

_SYMBOL = re.compile(r'<symbol id="(?P<name>[^"]+)".*?</symbol>', re.DOTALL)
_SHAPE = re.compile(r"<(?:path|circle|rect|line|polyline|polygon|ellipse)\b[^>]*?/>")
# Tabler's icons begin with an invisible square that only fixes their size in an editor.
_CANVAS = 'stroke="none"'


class UnknownIconError(LookupError):
    pass


def sprite_path() -> Path:
    found = finders.find(SPRITE)
    if not isinstance(found, str):
        raise FileNotFoundError(SPRITE)
    return Path(found)


@cache
def icon_names() -> frozenset[str]:
    """Names in the sprite, read once per process."""
    return frozenset(parse_sprite(sprite_path().read_text(encoding="utf-8")))


def parse_sprite(sprite: str) -> dict[str, str]:
    """Return {name: the whole <symbol> element}."""
    return {match["name"]: match[0] for match in _SYMBOL.finditer(sprite)}


def as_symbol(name: str, svg: str) -> str:
    shapes = [" ".join(shape.split()) for shape in _SHAPE.findall(svg) if _CANVAS not in shape]
    if not shapes:
        raise ValueError(f"{name}: no shapes in this SVG")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(shapes)}</symbol>'


def build_sprite(symbols: dict[str, str]) -> str:
    lines = "\n".join(symbols[name] for name in sorted(symbols))
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{lines}\n</svg>\n'
