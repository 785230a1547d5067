"""The desk as one application: the pages of its rooms behind one guard; plain forms that work without a script."""

from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from flows.desk import assigning, audit, cases, drafts, entrance, explorer, overview, register, review, saring
from flows.desk.guard import Guarded, Refusals, Right, page
from flows.desk.room import Room
from flows.hosts import App, OwnNames
from flows.settings import Settings

# Modules of pages, in the order of the menu; each gives its ROUTES.
PAGES = (
    entrance,
    drafts,
    review,
    assigning,
    cases,
    audit,
    register,
    overview,
    explorer,
    saring,
)


def desk(settings: Settings, names: Collection[str] = ()) -> App:
    """The application of a home, which answers under the names of this machine, those given, and that of its proxy."""
    room = Room(settings)
    pages = [each for module in PAGES for each in module.ROUTES]
    room.menu = [each for each in pages if each.menu]
    room.forms = [each for each in pages if each.method == "POST"]
    refusals = Refusals(partial(entrance.refused, room), partial(entrance.session_over, room))

    def endpoint(view: Any, right: Right) -> Any:
        return page(room.desk, partial(view, room), refusals, right, settings.lang)

    missing = endpoint(entrance.missing, Right())

    async def not_found(request: Any, error: Exception) -> Response:  # noqa: ARG001 - the shape Starlette asks for
        answer: Response = await missing(request)
        return answer

    routes = [
        Route(each.path, endpoint(each.view, Right(each.roles, each.refusal, each.most)), methods=[each.method])
        for each in pages
    ]
    static = Mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app = Starlette(routes=[*routes, static], exception_handlers={404: not_found})
    return OwnNames(Guarded(app), names, settings.desk_address)
