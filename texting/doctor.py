"""Is everything there that texting needs? Asked by `manage.py texting_doctor` when something is wrong, so nothing here
may rely on anything: what cannot be asked is a finding, not an exception. No secret and no full number is said.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from texting import broker, conf, findings
from texting.addresses import provider_in_the_clear
from texting.errors import ProviderError
from texting.models import Line
from texting.providers import get_provider
from texting.seam_help import Finding
from texting.secrets import CannotDecrypt, InvalidKeys, key_id_of
from texting.vocabulary import PauseReason, Tone

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.contrib.auth.models import AbstractUser

# Beyond this, times of texts and leases look wrong to people.
CLOCK_TOLERANCE = timedelta(seconds=5)
SLOW = timedelta(milliseconds=300)
OLDEST_POSTGRESQL = 14
_LOCAL = {"localhost", "127.0.0.1", "::1"}


def examine(user: AbstractUser | None = None) -> list[Finding]:
    """What `user` needs in order to text; without one, what the whole system needs. Never raises for what is broken."""
    if user:
        return findings.of_user(user)
    found = [*_settings(), _keys()]
    database = _database()
    found.append(database)
    if database.tone != Tone.BAD:
        for check in (_migrations, _secrets, _runners, _workers, _clock, _lines, findings.of_filing):
            found += _guarded(check)
    found += _guarded(_broker)
    return found


def _guarded(check: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return check()
    except Exception as error:  # Whatever is broken is what was asked for.
        name = check.__name__.strip("_")
        return [Finding(name, name, Tone.BAD, _("It could not be asked: %(error)s") % {"error": _named(error)})]


def _settings() -> list[Finding]:
    found = []
    for key, read in {"log_sink": conf.log_sink, "audit": conf.audit, "celery_app": conf.celery_app}.items():
        title = _("The setting %(name)s") % {"name": f"TEXTING[“{key.upper()}”]"}
        try:
            read()
        except (ImproperlyConfigured, ImportError) as error:
            fix = _("Name a callable that can be imported.")
            found.append(Finding(key, title, Tone.BAD, str(error), fix=fix))
        else:
            found.append(Finding(key, title, Tone.OK, _("It can be imported.")))
    return [*found, _public_url(), *_provider_url()]


def _public_url() -> Finding:
    title = _("The address at which ZipWhip reaches us")
    try:
        url, api = conf.public_url(), conf.provider_urls("zipwhip").api
    except ImproperlyConfigured as error:
        return Finding("public_url", title, Tone.BAD, str(error), fix=_("Set it and start everything again."))
    parts, is_local = urlsplit(url), urlsplit(api).hostname in _LOCAL
    fix = _("Set PUBLIC_URL to the address of this site as the internet knows it, then test each line.")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return Finding("public_url", title, Tone.BAD, _("%(url)s is no address.") % {"url": url}, fix=fix)
    if not is_local and parts.hostname in _LOCAL:
        return Finding("public_url", title, Tone.BAD, _("%(url)s is this machine only.") % {"url": url}, fix=fix)
    if not is_local and parts.scheme != "https":
        words = _("%(url)s is not encrypted: who listens learns the webhooks’ secrets.") % {"url": url}
        return Finding("public_url", title, Tone.WARN, words, fix=fix)
    return Finding("public_url", title, Tone.OK, url)


def _provider_url() -> list[Finding]:
    """Nothing of an address that is right, or cannot be asked: the provider's own finding tells."""
    url = provider_in_the_clear()
    if url is None:
        return []
    words = _("%(url)s is not encrypted: who listens learns the passwords of lines.") % {"url": url}
    fix = _("Set ZIPWHIP_URL to the same address with https, then change the password of each line.")
    return [Finding("provider_url", _("The address of ZipWhip"), Tone.BAD, words, fix=fix)]


def _keys() -> Finding:
    title = _("The keys that secrets are encrypted with")
    try:
        ids = conf.keyring().key_ids
    except (ImproperlyConfigured, InvalidKeys) as error:
        return Finding("keys", title, Tone.BAD, str(error), fix=_("Put the right keys into TEXTING_KEYS."))
    return Finding("keys", title, Tone.OK, ", ".join(ids))


def _database() -> Finding:
    title = _("The database")
    started = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version: str = cursor.fetchone()[0]
    except Error as error:
        words = _("It does not answer: %(error)s. What needs it was not looked at.") % {"error": _named(error)}
        fix = _("Start it, or correct DATABASE_URL. Until then nothing works, and ZipWhip sends its webhooks again.")
        return Finding("database", title, Tone.BAD, words, fix=fix)
    words = _("PostgreSQL %(version)s, answers in %(time)s.") % {"version": version, "time": _milliseconds(started)}
    if int(version.partition(".")[0]) < OLDEST_POSTGRESQL:
        fix = _("Upgrade it: %(oldest)d is the oldest that is supported.") % {"oldest": OLDEST_POSTGRESQL}
        return Finding("database", title, Tone.BAD, words, fix=fix)
    return Finding("database", title, Tone.OK, words)


def _migrations() -> list[Finding]:
    executor = MigrationExecutor(connection)
    missing = [migration for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    title = _("Migrations of the database")
    if not missing:
        return [Finding("migrations", title, Tone.OK, _("All are applied."))]
    names = ", ".join(f"{migration.app_label}.{migration.name}" for migration in missing[:5])
    count = len(missing)
    words = ngettext("%(count)d is missing: %(names)s", "%(count)d are missing: %(names)s", count)
    fix = _("Run manage.py migrate.")
    return [Finding("migrations", title, Tone.BAD, words % {"count": count, "names": names}, fix=fix)]


def _secrets() -> list[Finding]:
    """Every stored secret is decrypted once."""
    title = _("Stored passwords, session keys and webhook secrets")
    try:
        current = conf.keyring().key_ids[0]
    except (ImproperlyConfigured, InvalidKeys):
        return [Finding("secrets", title, Tone.BAD, _("Without keys none can be read."))]
    count, old_keys, unreadable = 0, set(), []
    for line in Line.objects.in_use().order_by("pk"):
        for field in line.stored_secrets:
            count += 1
            try:
                line.reveal(field)
                old_keys.add(key_id_of(line.token(field)))
            except CannotDecrypt:
                unreadable.append(findings.name_of(line))
    if unreadable:
        names = "; ".join(dict.fromkeys(unreadable))
        words = _("%(count)d cannot be read, of: %(lines)s") % {"count": len(unreadable), "lines": names}
        fix = _("Put the key they were encrypted with back into TEXTING_KEYS, or enter those lines’ passwords again.")
        return [Finding("secrets", title, Tone.BAD, words, fix=fix)]
    if old_keys - {current}:
        words = _("All %(count)d can be read, some only with: %(keys)s") % {
            "count": count,
            "keys": ", ".join(sorted(old_keys - {current})),
        }
        fix = _("Run manage.py rotate_keys before you take an older key away.")
        return [Finding("secrets", title, Tone.WARN, words, fix=fix)]
    return [Finding("secrets", title, Tone.OK, _("All %(count)d can be read.") % {"count": count})]


def _runners() -> list[Finding]:
    return [findings.of_runners()]


def _workers() -> list[Finding]:
    """Tasks that pile up tell a worker that is gone from a beat that is."""
    found = findings.of_workers()
    if found.tone == Tone.OK:
        return [found]
    return [replace(found, tone=Tone.BAD, words=f"{found.words} {_which_is_missing()}")]


def _which_is_missing() -> str:
    try:
        count = broker.waiting_task_count()
    except broker.BrokerSilent:
        return _("The broker could not be asked which of the two is missing.")
    if not count:
        return _("No task waits: it is beat that does not ask.")
    words = ngettext(
        "%(count)d task waits: beat asks, no worker answers.",
        "%(count)d tasks wait: beat asks, no worker answers.",
        count,
    )
    return words % {"count": count}


def _clock() -> list[Finding]:
    with connection.cursor() as cursor:
        before = timezone.now()
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
        after = timezone.now()
    found = [_compared("clock", _("This machine’s clock and the database’s"), theirs - (before + (after - before) / 2))]
    return [*found, _provider_clock()]


def _provider_clock() -> Finding:
    title = _("ZipWhip, and its clock and ours")
    try:
        urls = conf.provider_urls("zipwhip")
        theirs = get_provider("zipwhip", url=urls.api, app_url=urls.app).server_time()
    except ProviderError as error:
        fix = _("Look at ZIPWHIP_URL and at this machine’s way to the internet. Texts wait until it answers.")
        words = _("It does not answer: %(error)s") % {"error": error.detail or type(error).__name__}
        return Finding("provider", title, Tone.BAD, words, fix=fix)
    except (ImproperlyConfigured, ValueError) as error:
        return Finding("provider", title, Tone.BAD, str(error), fix=_("Correct the setting."))
    if theirs is None:
        return Finding("provider", title, Tone.OK, _("It answers, and does not say what time it is."))
    return _compared("provider", title, theirs - timezone.now())


def _compared(key: str, title: str, difference: timedelta) -> Finding:
    seconds = abs(difference.total_seconds())
    # A Date header has whole seconds.
    words = _("They differ by %(seconds).1f seconds.") % {"seconds": seconds}
    if abs(difference) <= CLOCK_TOLERANCE:
        return Finding(key, title, Tone.OK, words)
    return Finding(key, title, Tone.WARN, words, fix=_("Let the machine take its time from the network (NTP)."))


def _lines() -> list[Finding]:
    lines = list(Line.objects.in_use())
    if not lines:
        words = _("There is none: nobody can send a text.")
        return [
            Finding("lines", _("Lines"), Tone.BAD, words, fix=_("Add one under Administration, External services."))
        ]
    return [_not_red_by_hand(line, finding) for line in lines for finding in findings.of_line(line)]


def _not_red_by_hand(line: Line, finding: Finding) -> Finding:
    """Somebody who pauses a line knows of it: no alarm."""
    if line.pause_reason == PauseReason.BY_HAND and finding.key == f"line_{line.pk}":
        return replace(finding, tone=Tone.WARN)
    return finding


def _broker() -> list[Finding]:
    title = _("The broker (Redis), for scheduled work")
    fix = _("Start it, or correct REDIS_URL. Texts leave and answers arrive all the same; only logging waits.")
    # Finding the application takes longer than any answer.
    conf.celery_app()
    started = time.monotonic()
    try:
        facts = broker.durability()
    except broker.BrokerSilent as error:
        words = _("It does not answer: %(error)s") % {"error": _named(error)}
        return [Finding("broker", title, Tone.BAD, words, fix=fix)]
    words = _("It answers in %(time)s.") % {"time": _milliseconds(started)}
    if not facts:
        return [Finding("broker", title, Tone.OK, words + " " + _("How durable it is, it does not tell."))]
    problems = []
    if facts.get("appendonly") != "yes":
        problems.append(_("appendonly is off: tasks that wait are lost when it is restarted."))
    elif facts.get("appendfsync") == "no":
        problems.append(_("appendfsync is no: tasks of the last half minute are lost when its machine fails."))
    if facts.get("maxmemory-policy", "noeviction") != "noeviction":
        problems.append(_("maxmemory-policy is not noeviction: tasks may be dropped when memory is short."))
    if problems:
        fix = _(
            "Set appendonly yes, appendfsync everysec and maxmemory-policy noeviction. No text depends on it; "
            "beat asks again."
        )
        return [Finding("broker", title, Tone.WARN, " ".join([words, *problems]), fix=fix)]
    if time.monotonic() - started > SLOW.total_seconds():
        return [Finding("broker", title, Tone.WARN, words, fix=_("Look at its load."))]
    return [Finding("broker", title, Tone.OK, words + " " + _("It keeps what waits when it is restarted."))]


def _milliseconds(started: float) -> str:
    return _("%(count)d ms") % {"count": (time.monotonic() - started) * 1000}


def _named(error: BaseException) -> str:
    """Its first line; a driver goes on with hints."""
    return str(error).strip().partition("\n")[0] or type(error).__name__
