import re
from pathlib import Path

import pytest
from django.template import Context, Template

from enterprise.frame.navigation import NAVIGATION
from texting.frame import icons, statuses
from texting.frame.templatetags.frame import icon, status

ROOT = Path(__file__).resolve().parents[2]
USED = re.compile(r"""{%\s*icon\s+["']([\w-]+)["']""")
# However it is named: in a tag, in Python, in a list of choices.
QUOTED = re.compile(r"""(?<=["'`#,:])[a-z][a-z0-9-]*(?=["'`#,:])""")
USED_STATUS = re.compile(r"""{%\s*status\s+["']([\w -]+)["']""")


def templates():
    for folder in ("templates", "enterprise", "texting"):
        yield from (file for file in (ROOT / folder).rglob("*.html") if "sandbox" not in file.parts)


@pytest.mark.parametrize("file", list(templates()), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_icon_and_status_that_a_template_names_exists(file):
    source = file.read_text(encoding="utf-8")
    assert set(USED.findall(source)) - icons.icon_names() == set()
    assert [key for key in USED_STATUS.findall(source) if not statuses.find_status(key)] == []


def test_every_status_and_navigation_entry_has_its_icon():
    named = {known.icon for known in statuses.STATUSES.values()} | {item.icon for item in NAVIGATION}
    assert named - icons.icon_names() == set()


def test_every_icon_of_the_sprite_is_used():
    sources = [ROOT / "static" / "js", *(ROOT / folder for folder in ("templates", "enterprise", "texting"))]
    files = [file for folder in sources for file in folder.rglob("*") if file.suffix in (".html", ".py", ".js")]
    quoted = set(QUOTED.findall("\n".join(file.read_text(encoding="utf-8") for file in files)))
    assert icons.icon_names() - quoted == set()


def test_an_unknown_icon_is_an_error_while_developing():
    with pytest.raises(icons.UnknownIconError, match="unicorn"):
        icon("unicorn")


def test_an_unknown_icon_is_left_out_for_users(settings, caplog):
    settings.FRAME_STRICT = False
    assert icon("unicorn") == ""
    assert "unicorn" in caplog.text


def test_an_unknown_status_shows_its_own_word_to_users(settings):
    settings.FRAME_STRICT = False
    assert "Carrier hiccup" in status("carrier_hiccup")


def test_an_icon_is_hidden_from_screen_readers():
    html = Template('{% load frame %}{% icon "send" "sm" %}').render(Context())
    assert 'class="icon icon-sm"' in html
    assert 'aria-hidden="true"' in html
    assert "sprite.svg#send" in html


def test_an_svg_becomes_a_symbol_without_its_canvas():
    svg = '<svg class="x"><path stroke="none" d="M0 0h24v24H0z" fill="none" />\n<path\n d="M1 1" /></svg>'
    assert icons.as_symbol("dot", svg) == '<symbol id="dot" viewBox="0 0 24 24"><path d="M1 1" /></symbol>'


def test_the_sprite_is_rebuilt_as_it_is():
    sprite = icons.sprite_path().read_text(encoding="utf-8")
    assert icons.build_sprite(icons.parse_sprite(sprite)) == sprite
