"""`keel serve`: the web application on this machine."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from keel.cli.language import say


def serve(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=1, max=65535)] = 8000,
    folder: Annotated[Path, typer.Option(help="Folder of the database and the secret key.")] = Path("var"),
    workers: Annotated[int, typer.Option(help="Worker processes.", min=1, max=16)] = 1,
) -> None:
    """Serve the web application on 127.0.0.1.

    Example: keel serve --port 8000
    """
    from keel.web.clock import DEMO_CLOCK
    from keel.web.doctor.machine import warnings
    from keel.web.server import address, first_start, prepare, run

    os.environ.pop(DEMO_CLOCK, None)  # only a demonstration has a clock of its own
    prepare(folder)
    for warning in warnings(folder.absolute()):
        print(f"keel: {say(warning)}", file=sys.stderr)
    start = first_start(port)
    if start:
        print(say(start))
    print(say(address(port)), flush=True)
    run(port=port, workers=workers)
