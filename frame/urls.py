"""Where a host serves what scripts say: path("", include("frame.urls"))."""

from __future__ import annotations

from django.urls import path

from frame import words

urlpatterns = [path("words/<str:language>.<str:version>.js", words.script, name="words")]
