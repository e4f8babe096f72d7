"""`keel demo`: the web application with a demonstration clinic in it."""

from pathlib import Path
from threading import Thread
from typing import Annotated

import typer

from keel.cli.language import say


def demo(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=1, max=65535)] = 8000,
    folder: Annotated[Path, typer.Option(help="Folder of the demonstration database.")] = Path("var/demo"),
    speed: Annotated[
        float, typer.Option(help="How fast its time runs: 30 is half an hour a minute.", min=1, max=600)
    ] = 1,
) -> None:
    """Serve the web application with a demonstration clinic (made-up people only): an afternoon in six rooms.

    Example: keel demo --port 8000 --speed 30
    """
    from keel.web.server import address, load_demo, prepare, run

    prepare(folder)
    print(say(load_demo(port)))
    from keel.web.live.demonstration import load_rooms, play_afternoon  # once the folder is known
    from keel.web.rems.demonstration import load as load_rems

    load_rooms(speed)
    load_rems()
    Thread(target=play_afternoon, daemon=True).start()
    print(say(address(port)), flush=True)
    run(port=port, workers=1)
