"""At the root of the host, where probes expect them: path("", include("texting.probe_urls"))."""

from __future__ import annotations

from django.urls import path

from texting.views import probes

urlpatterns = [
    path("healthz", probes.healthz),
    path("readyz", probes.readyz),
    path("metrics", probes.metrics),
]
