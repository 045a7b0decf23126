"""A language in which every marked text stands in ⟦brackets⟧, and what a page says outside of them."""

from __future__ import annotations

import gettext
import html.parser
import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import trans_real

CONTEXT = "\x04"
INNERMOST = re.compile(r"⟦[^⟦⟧]*⟧")
LETTERS = re.compile(r"[A-Za-z]{2,}")
SAID = ("aria-label", "title", "placeholder", "alt", "data-nouns", "data-words")
UNSEEN = ("script", "style", "code")


class Pseudo(gettext.NullTranslations):
    plural_forms = "nplurals=2; plural=(n != 1);"

    def gettext(self, message: str) -> str:
        return f"⟦{message.partition(CONTEXT)[2] or message}⟧" if message else ""

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)

    def language(self) -> str:
        return "fr"

    def to_language(self) -> str:
        return "fr"


@contextmanager
def spoken() -> Iterator[None]:
    """Whoever asks for French gets the pseudo-language."""
    real = trans_real.translation("fr")
    trans_real._translations["fr"] = Pseudo()
    try:
        yield
    finally:
        trans_real._translations["fr"] = real


class Reader(html.parser.HTMLParser):
    """Gathers the texts that are seen or read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self.open.append(tag)
        self.texts += [value for name, value in attrs if name in SAID and value]

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self.open:
            self.texts.append(data)


def unmarked(page: str) -> list[str]:
    """The texts of a page that are outside of brackets. What people typed has to be in other letters than ours."""
    # A marked text may hold tags, and brackets of its own within them: they are taken off before the page is read.
    reader = Reader()
    reader.feed(_without_marked(page))
    return [text for text in (each.strip() for each in reader.texts) if LETTERS.search(text)]


def _without_marked(page: str) -> str:
    while (shorter := INNERMOST.sub("", page)) != page:
        page = shorter
    return page
