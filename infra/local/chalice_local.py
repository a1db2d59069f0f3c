"""`make local`: serves the REST API by Chalice's own local server, with the environment of a
running stack.

`chalice local` answers unknown routes itself, as API Gateway would without the template's
`/{proxy+}`. Here the app answers them.
"""

import os
import sys
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Any

from chalice.app import Chalice
from chalice.cli.factory import CLIFactory
from chalice.config import Config
from chalice.local import (
    ChaliceRequestHandler,
    LocalGateway,
    MatchResult,
    RouteMatcher,
    create_local_server,
)

from chalicelib.settings import LOCAL
from infra.local.environment import StackNotRunning, local_environment, state_folder
from infra.local.gateway.routes import CATCH_ALL

HOST = "127.0.0.1"
PORT = 8001
"""The stack itself uses 8000."""


class CatchAllMatcher(RouteMatcher):
    def match_route(self, url: str) -> MatchResult:
        try:
            return super().match_route(url)
        except ValueError:  # no route fits
            return MatchResult(CATCH_ALL, {"proxy": url.partition("?")[0][1:]}, {})


class CatchAllGateway(LocalGateway):
    def __init__(self, app: Chalice, config: Config) -> None:
        super().__init__(app, config)
        self.event_converter._route_matcher = CatchAllMatcher(list(app.routes))

    def _has_user_defined_options_method(self, lambda_event: Any) -> bool:
        """The app answers OPTIONS, too: no route has CORS, so Chalice has nothing to say."""
        return True


class CatchAllHandler(ChaliceRequestHandler):
    def __init__(
        self, request: Any, client_address: Any, server: Any, app_object: Any, config: Any
    ) -> None:
        self.local_gateway = CatchAllGateway(app_object, config)
        # Skip Chalice's own constructor, which would replace the gateway.
        BaseHTTPRequestHandler.__init__(self, request, client_address, server)


def main() -> None:
    try:
        os.environ.update(local_environment(state_folder()))
    except StackNotRunning as error:
        sys.exit(str(error))
    config = CLIFactory(os.getcwd()).create_config_obj(chalice_stage_name=LOCAL)
    app = config.chalice_app
    serving = create_local_server(app, config, HOST, int(os.environ.get("LOCAL_PORT", PORT)))
    serving.server.RequestHandlerClass = partial(CatchAllHandler, app_object=app, config=config)
    serving.serve_forever()


if __name__ == "__main__":
    main()
