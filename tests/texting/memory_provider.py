"""A provider that keeps what it is sent, for tests of what lies above the wire. `answers` scripts the next sends."""

from __future__ import annotations

import threading
from collections import deque

from django.utils import timezone

from texting.errors import NotSent, Refused, SessionLost, TooLarge
from texting.providers.base import Account, AttachmentInfo, Hook, ProviderText, Session, Submission
from texting.providers.zipwhip import payloads
from texting.vocabulary import EventKind, Reason


class MemoryProvider:
    body_limit_bytes = 600
    events = tuple(EventKind)

    def __init__(self):
        self.sent: list[tuple[str, str]] = []
        self.answers: deque[Exception | str] = deque()
        self.dead_sessions: set[str] = set()
        self.logins = 0
        self.told = []
        self.hooks: list[Hook] = []
        self.known: dict[str, ProviderText] = {}
        self.files: list[tuple[str, str, bytes]] = []
        self.gone: set[str] = set()
        self.unreachable: set[str] = set()
        self.silent = False
        self._lock = threading.Lock()

    def send(self, session_key, *, to, body):
        with self._lock:
            if session_key in self.dead_sessions:
                raise SessionLost
            answer = self.answers.popleft() if self.answers else "accept"
            if isinstance(answer, Exception):
                raise answer
            self.sent.append((to, body))
            return Submission(provider_id=str(10_000 + len(self.sent)))

    def login(self, username, password):
        self.logins += 1
        return Session(key=f"session-{self.logins}")

    def get_account(self, session_key):
        return Account(number="+16125550100")

    def logout(self, session_key):
        pass

    def list_hooks(self, session_key):
        return list(self.hooks)

    def add_hook(self, session_key, event, url):
        hook = Hook(str(len(self.hooks) + 1), event, url)
        self.hooks.append(hook)
        return hook

    def delete_hook(self, session_key, hook_id):
        self.hooks = [hook for hook in self.hooks if hook.provider_id != hook_id]

    def list_texts(self, session_key, *, start=0, limit=50):
        return self.told[start : start + limit]

    def find_text(self, session_key, provider_id):
        if self.silent:
            raise NotSent
        return self.known.get(provider_id)

    def list_attachments(self, session_key, provider_id):
        if session_key in self.dead_sessions:
            raise SessionLost
        if self.silent:
            raise NotSent
        return [AttachmentInfo(name, mime, len(content), name) for name, mime, content in self.files]

    def fetch_attachment(self, session_key, storage_key, *, limit_bytes):
        found = next((content for name, _, content in self.files if name == storage_key), None)
        if storage_key in self.unreachable:
            raise NotSent
        if found is None or storage_key in self.gone:
            raise Refused(Reason.REFUSED)
        if len(found) > limit_bytes:
            raise TooLarge(Reason.TOO_LONG)
        return found

    def conversation_url(self, number):
        return f"https://app.example.com/{number}"

    def server_time(self):
        return timezone.now()

    def parse_event(self, event, body):
        return payloads.parse_event(event, body)
