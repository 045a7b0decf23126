"""No word of a template or a script stands outside of what is translated, on whatever branch of it."""

import ast
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path.relative_to(CHECKOUT)
    for folder in ("templates", "texting/frame/templates", "texting/templates")
    for path in (CHECKOUT / folder).rglob("*.html")
)
SCRIPTS = sorted(path.relative_to(CHECKOUT) for path in (CHECKOUT / "static/js").rglob("*.js"))

# Names, and what is the same in every language.
NAMES = re.compile(
    r"\b(Enterprise|ZipWhip|GSM-7|UCS-2|SMS|CSV|UTF-8|Windows-1252|BOM|STOP|UNSTOP|START|https?)\b|&\w+;"
)
# Templates whose every word is data or a format.
NOT_WORDS = re.compile(
    r"{% comment %}.*?{% endcomment %}"
    r"|{% blocktranslate.*?{% endblocktranslate %}"
    r"|{#.*?#}"
    r"|<(script|style|svg|code)\b.*?</\1>"
    r"|<!--.*?-->",
    re.DOTALL,
)
TAG = re.compile(
    r"""{%.*?%}|{{.*?}}|<[a-zA-Z/!](?:[^<>"'{]|"(?:[^"{]|{%.*?%}|{{.*?}}|{)*"|'[^']*'|{%.*?%}|{{.*?}})*>""", re.DOTALL
)
DJANGO = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
SAID = re.compile(r'\b(?:aria-label|title|placeholder|alt|data-[a-z-]*(?:words|says|nouns|title))="([^"]*)"')
# A text handed to a tag or a filter; `_(` before it marks it. A single small word is a name.
HANDED = re.compile(r'(_\()?"([^"]*)"')
WORDS = re.compile(r"[A-Za-z]{2,} [a-z]{2,}|^[A-Z][a-z]+")
HANDING = ("{% include", "{% status", "{% with", "{% when", "{% meter", "{{")


def words_left(text: str) -> list[str]:
    return [
        part for part in (NAMES.sub("", each).strip() for each in text.split("\0")) if re.search(r"[^\W\d_]{2}", part)
    ]


def unmarked_in_template(source: str) -> list[str]:
    source = NOT_WORDS.sub("\0", source)
    tags = TAG.findall(source)
    said = [text for tag in tags if tag[0] == "<" for text in SAID.findall(DJANGO.sub("\0", tag))]
    inside = [inner for tag in tags for inner in DJANGO.findall(tag) if inner.startswith(HANDING)]
    handed = [text for tag in inside for marked, text in HANDED.findall(tag) if not marked and WORDS.search(text)]
    return words_left("\0".join([TAG.sub("\0", source), *said, *handed]))


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_every_word_of_a_template_is_marked(path):
    assert unmarked_in_template((CHECKOUT / path).read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Nobody</p>", ["Nobody"]),
        ("<b>{{ count }} people</b>", ["people"]),
        ('<a title="Open it">{% translate "Open" %}</a>', ["Open it"]),
        ('<a aria-label="{% if x %}Open{% else %}{% translate "Close" %}{% endif %}"></a>', ["Open"]),
        ('{% include "components/empty.html" with title="No texts yet" %}', ["No texts yet"]),
        ('{{ name|default:"Nobody" }}', ["Nobody"]),
        ('{% blocktranslate %}Open{% endblocktranslate %}<p class="text small">&amp; {{ x }}</p>', []),
        ('{% include "a.html" with title=_("No texts yet") %}', []),
    ],
)
def test_what_is_found_unmarked(source, words):
    assert unmarked_in_template(source) == words


# What a script says has a space and a word of small letters; selectors, addresses and events do not.
STRING = r"""(?:"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)"""
MARKED = re.compile(rf"gettext\((?:{STRING},?\s*)+")
PLACE = re.compile(r"%\(\w+\)s|\$\{[^}]*\}")
SENTENCE = re.compile(r"^(?![\[.#:\w-]*[\[>])[^<>\[\]={}]*[A-Za-z]{2,} [a-z]{2,}|^[A-Z][a-z]+(?: [A-Z][a-z]+)*$")


def unmarked_in_script(source: str) -> list[str]:
    source = re.sub(r"^\s*//.*$|/\*.*?\*/", "", source, flags=re.MULTILINE | re.DOTALL)
    texts = [text[1:-1] for text in re.findall(STRING, MARKED.sub("", source))]
    return [text for text in texts if SENTENCE.search(PLACE.sub("some", text))]


@pytest.mark.parametrize("path", SCRIPTS, ids=str)
def test_every_word_of_a_script_is_marked(path):
    assert unmarked_in_script((CHECKOUT / path).read_text("utf-8")) == []


def test_what_is_found_unmarked_in_a_script():
    source = 'say("%(count)s texts", gettext("Not found"), ngettext("one text", "many texts", n)); // not a text'
    assert unmarked_in_script(source + ' find("tr[data-key] input"); add("on")') == ["%(count)s texts"]


# --- Python

FOR_US = re.compile(
    # What developers, operators and machines read, and data.
    r"/(migrations|management|local|sandbox|providers)/|/demo\w*\.py$"
    r"|^enterprise/(settings|health)\.py$|^texting/(checks|logs|secrets|webhooks|views/probes)\.py$|^texting/frame/icons\.py$"
    # Django's admin, whose words are the columns': its pages, and what is stored of webhooks.
    r"|/admin\.py$|^texting/intake\.py$"
)
MODULES = sorted(
    path.relative_to(CHECKOUT)
    for app in ("enterprise", "texting")
    for path in (CHECKOUT / app).rglob("*.py")
    if not FOR_US.search(path.relative_to(CHECKOUT).as_posix())
)
GETTEXT = re.compile(r"^(_|(n|p|np)?gettext(_lazy)?)$")
# Who is told by these is a developer or an operator; a model's field tells it to Django's admin.
TOLD_TO_US = re.compile(
    r"^(logger|logging|warnings|models|ValueError|TypeError|LookupError|RuntimeError|KeyError|ImproperlyConfigured)\b"
    r"|.*Mistake$"
)
# A sentence, or two words and more of which the first has a capital.
SPEECH = re.compile(r"^[“%{]?[A-Z][a-z’]*,? [a-z“%{].*$|^[a-z]+(,? [a-z]+){2,}", re.DOTALL)


def unmarked_in_module(source: str) -> list[str]:
    found: list[str] = []

    def look(node: ast.AST) -> None:
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if GETTEXT.match(name) or TOLD_TO_US.match(name) or name == "super().__init__":
                return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return
        # What only Django's admin shows.
        if isinstance(node, ast.FunctionDef) and node.name == "__str__":
            return
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "permissions":
            return
        text = None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        if text is not None:
            if SPEECH.search(NAMES.sub("", text).strip()) and "\n" not in text:
                found.append(text)
            return
        for child in ast.iter_child_nodes(node):
            look(child)

    look(ast.parse(source))
    return found


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_every_word_of_a_module_is_marked(path):
    assert unmarked_in_module((CHECKOUT / path).read_text("utf-8")) == []
