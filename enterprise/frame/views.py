"""The side navigation and the bells by themselves, so that their counts move while a page is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from enterprise.frame.navigation import navigation_for

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@conditional_page
@cache_control(private=True, no_cache=True)
def navigation(request: HttpRequest) -> HttpResponse:
    """`at` is the address of the page that asks. Answered 304 while nothing has changed."""
    path = request.GET.get("at", "")
    context = {"navigation": navigation_for(request, path), "page_path": path}
    return render(request, "frame/_waiting.html", context)
