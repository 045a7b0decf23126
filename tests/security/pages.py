"""Every page there is, from Django's own resolver; and where each is asked for in a test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, get_resolver, reverse

# Of the Django admin every address is told apart by one rule, not one by one.
ADMIN = "admin:"


@dataclass(frozen=True)
class Page:
    """`name` is the URL's name, or its address where it has none."""

    name: str
    route: str
    pattern: URLPattern

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"<(?:\w+:)?(\w+)>", self.route)

    def address(self, values: dict[str, object]) -> str:
        """With 0 for what `values` does not name: something that is not there."""
        wanted = {parameter: values.get(parameter, 0) for parameter in self.parameters}
        return reverse(self.name, kwargs=wanted) if self.pattern.name else f"/{self.route}"


def every_page() -> list[Page]:
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver, route: str, namespace: str) -> Iterator[Page]:
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield Page(namespace + (pattern.name or here), here, pattern)
        else:
            yield from _walk(pattern, here, namespace + (f"{pattern.namespace}:" if pattern.namespace else ""))
