"""Putting the parts together."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from . import api, control, pages
from .carrier import Carrier
from .desk import DESK, Desk
from .faults import Faults
from .settings import Settings
from .store import Folder, Memory
from .webhooks import Courier
from .world import World

# More than the 600 KB a payload may have, so that too much gets ZipWhip's answer and not the web server's.
REQUEST_BYTES = 4 * 1024 * 1024
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(settings: Settings) -> web.Application:
    app = web.Application(client_max_size=REQUEST_BYTES, middlewares=[refuse_other_sites])
    app.cleanup_ctx.append(lambda app: _open_desk(app, settings))
    app.on_shutdown.append(_let_go)
    app.router.add_get("/", pages.show)
    app.router.add_get("/assets/{name}", pages.asset)
    app.router.add_get("/content/{key}", pages.content)
    app.router.add_get("/messaging/{number}", pages.conversation)
    app.router.add_post("/handsets/{action}", pages.act)
    app.router.add_get("/_sandbox/{name}", control.read)
    app.router.add_post("/_sandbox/{name}", control.change)
    app.router.add_route("GET", "/{noun}/{verb}", api.answer)
    app.router.add_route("POST", "/{noun}/{verb}", api.answer)
    return app


@web.middleware
async def refuse_other_sites(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what a page of another site makes a browser send; nobody is signed in here, so this is the only guard."""
    if request.headers.get("Sec-Fetch-Site", "none") == "cross-site" and request.method != "GET":
        raise web.HTTPForbidden(text="This came from another site.")
    return await handler(request)


async def _open_desk(app: web.Application, settings: Settings) -> AsyncIterator[None]:
    store = Folder(settings.data) if settings.data else Memory()
    world = World(settings, store)
    courier = Courier(world)
    app[DESK] = Desk(world, courier, Carrier(world, courier), Faults(), asyncio.Event())
    app[DESK].carrier.resume()
    yield
    await courier.close()
    store.close()


async def _let_go(app: web.Application) -> None:
    app[DESK].closing.set()
