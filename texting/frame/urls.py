"""Where a host serves what scripts say: path("", include("texting.frame.urls"))."""

from __future__ import annotations

from django.urls import path

from texting.frame import words

urlpatterns = [path("words/<str:language>.<str:version>.js", words.script, name="words")]
