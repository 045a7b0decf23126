"""The words that scripts say: Django's gettext, ngettext and interpolate in the reader's language, as one script.

A host serves it with frame.urls.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_supported_language_variant
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

if TYPE_CHECKING:
    from typing import Final

YEAR: Final = 365 * 24 * 60 * 60


@require_safe
@login_not_required
@cache_control(public=True, max_age=YEAR, immutable=True)
def script(request: HttpRequest, language: str, version: str) -> HttpResponse:
    """Its address changes with its content, so a browser asks once for each."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return HttpResponse(_script(language), content_type="text/javascript; charset=utf-8")


def script_url() -> str:
    """Where the script of the current language is."""
    # "en-us" is among the languages of a host as "en".
    language = get_supported_language_variant(translation.get_language() or settings.LANGUAGE_CODE)
    return reverse("words", args=[language, hashlib.sha256(_script(language)).hexdigest()[:12]])


@cache
def _script(language: str) -> bytes:
    """Of every app and LOCALE_PATHS, but not of Django's admin, whose own pages bring theirs."""
    packages = [app.name for app in apps.get_app_configs() if not app.name.startswith("django.")]
    with translation.override(language):
        return JavaScriptCatalog(packages=packages).get(HttpRequest()).content
