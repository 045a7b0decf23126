"""python -m texting.sandbox"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from .app import make_app
from .numbers import find_number, is_textable
from .settings import CHOICES, Settings

logger = logging.getLogger("texting.sandbox")
SECONDS_TO_FINISH = 1.0


def parse_arguments(arguments: list[str]) -> Settings:
    """Read the command line; what is not there comes from SANDBOX_... in the environment."""
    env = os.environ
    parser = argparse.ArgumentParser(prog="python -m texting.sandbox", description="A stand-in for ZipWhip.")
    parser.add_argument("--host", default=env.get("SANDBOX_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=env.get("SANDBOX_PORT", "9900"))
    parser.add_argument("--data", default=env.get("SANDBOX_DATA"), help="folder to keep everything in")
    parser.add_argument("--latency-ms", type=int, default=env.get("SANDBOX_LATENCY_MS", "0"))
    parser.add_argument("--pace-per-second", type=float, default=env.get("SANDBOX_PACE_PER_SECOND", "5"))
    parser.add_argument(
        "--optout-refusal", choices=CHOICES["optout_refusal"], default=env.get("SANDBOX_OPTOUT_REFUSAL", "send")
    )
    parser.add_argument("--line", action="append", help="NUMBER or NUMBER:PASSWORD, repeatable")
    chosen = parser.parse_args(arguments)
    written = chosen.line or [one for one in env.get("SANDBOX_LINES", "").split(",") if one]
    return Settings(
        host=chosen.host,
        port=chosen.port,
        data=Path(chosen.data) if chosen.data else None,
        lines=tuple(_line(parser, one.strip()) for one in written),
        latency_ms=chosen.latency_ms,
        pace_per_second=chosen.pace_per_second,
        optout_refusal=chosen.optout_refusal,
    )


def _line(parser: argparse.ArgumentParser, written: str) -> str:
    spelled, colon, password = written.partition(":")
    number = find_number(spelled)
    if number is None or not is_textable(number):
        parser.error("a line is 10 digits or E.164, with :PASSWORD behind it if it is to be checked")
    return f"{number}{colon}{password}"


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    # No access log: its lines would hold numbers, texts and session keys.
    runner = web.AppRunner(make_app(settings), access_log=None, shutdown_timeout=SECONDS_TO_FINISH)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    logger.info("sandbox on http://%s:%s/", settings.host, settings.port)
    await stop.wait()
    await runner.cleanup()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = parse_arguments(sys.argv[1:])
    try:
        asyncio.run(serve(settings))
    except OSError as error:
        sys.exit(f"sandbox: {error.strerror or error}")


if __name__ == "__main__":
    main()
