"""What a browser would post of the form on a page."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    """The fields inside forms that are posted, the frame's own left out by `novalidate`."""

    def __init__(self):
        super().__init__()
        self.posted, self._in_form, self._select, self._text = {}, False, None, None

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag == "form":
            self._in_form = "novalidate" in facts
        if not self._in_form:
            return
        name, kind = facts.get("name"), facts.get("type")
        if tag == "input" and name and (kind not in ("checkbox", "radio") or "checked" in facts):
            value = facts.get("value", "on" if kind == "checkbox" else "")
            self.posted[name] = [*self._ticked(name), value] if kind == "checkbox" else value
        elif tag == "textarea":
            self._text, self.posted[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and (self._select not in self.posted or "selected" in facts):
            self.posted[self._select] = facts.get("value", "")

    def _ticked(self, name):
        ticked = self.posted.get(name, [])
        return ticked if isinstance(ticked, list) else [ticked]

    def handle_data(self, data):
        if self._text:
            self.posted[self._text] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            # HTML drops the first line end of a text area.
            self.posted[self._text] = self.posted[self._text].removeprefix("\n")
            self._text = None
        elif tag == "form":
            self._in_form = False


def as_posted(page, **typed):
    """All that the form of `page` holds, and what is typed over it; None stands for a box that is unticked."""
    fields = _Fields()
    fields.feed(page.text)
    return {name: value for name, value in (fields.posted | typed).items() if value is not None}
