from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register

from texting import seam, seam_help


class TextingConfig(AppConfig):
    name = "texting"
    label = "texting"

    def ready(self) -> None:
        from texting import alerts, audited, checks, compliance, first_text, logged
        from texting.models import TextingSettings
        from texting.views import decisions, inbox, panel, unmatched

        register(checks.host_is_complete)
        register(checks.provider_is_reached_encrypted, deploy=True)
        seam.register_used_filing_choices(lambda: TextingSettings.current().filed_under)
        seam.register_record_made(unmatched.link_new_record)
        seam.register_opted_out(compliance.opted_out)
        seam.register_text_count(panel.text_count)
        seam.register_texts_now(logged.texts_now)
        seam_help.register_setup(
            {
                "filing": first_text.is_filing_chosen,
                "line": first_text.is_line_connected,
                "first_text": first_text.has_text_left,
            }
        )
        seam_help.register_refusals(compliance.refusals)
        seam_help.register_audited(seam_help.Audited(audited.subject_names, audited.CODES))
        seam.register_waiting("texting:lines", alerts.waiting_count)
        seam.register_waiting("texting:inbox", inbox.unread_count)
        seam.register_waiting("texting:unmatched", inbox.unmatched_count)
        seam.register_waiting("texting:undecided", decisions.waiting_count)
