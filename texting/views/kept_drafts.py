"""What somebody typed in their draft while signed out: in the session, until they have signed in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texting.models import Draft

if TYPE_CHECKING:
    import uuid

    from texting.views.answers import SignedInRequest

KEPT_DRAFTS = "texting_kept_drafts"
KEPT_AT_MOST = 5


def keep(request: SignedInRequest, draft_id: uuid.UUID, body: str) -> None:
    """For its owner alone: somebody else may be the next to sign in in this browser."""
    owner = Draft.objects.filter(pk=draft_id).values_list("user_id", flat=True).first()
    if owner is None:
        return
    kept = request.session.get(KEPT_DRAFTS, {})
    room = dict(list(kept.items())[1 - KEPT_AT_MOST :])
    request.session[KEPT_DRAFTS] = {**room, _key(owner, draft_id): body[:20_000]}


def find(request: SignedInRequest, draft_id: uuid.UUID) -> str | None:
    body: str | None = request.session.get(KEPT_DRAFTS, {}).get(_key(request.user.pk, draft_id))
    return body.replace("\x00", "") if body else body


def forget(request: SignedInRequest, draft_id: uuid.UUID) -> None:
    kept = request.session.get(KEPT_DRAFTS, {})
    if kept.pop(_key(request.user.pk, draft_id), None) is not None:
        request.session[KEPT_DRAFTS] = kept


def _key(owner_id: int, draft_id: uuid.UUID) -> str:
    return f"{owner_id}:{draft_id}"
