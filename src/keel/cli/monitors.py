"""`keel monitors`: what monitors send, and a monitor that is made up."""

from pathlib import Path
from typing import Annotated

import typer

from keel.cli.language import _
from keel.messages import Message

monitors_app = typer.Typer(
    help="Vital signs from monitors: listen for them, or send a made-up evening.", no_args_is_help=True
)


@monitors_app.command()
def listen(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of MLLP.", min=1, max=65535)] = 2575,
    allow: Annotated[
        list[str] | None, typer.Option(help="An address or network that may send; this machine alone without it.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Folder of the database.")] = Path("var"),
) -> None:
    """Take HL7 v2 messages (ORU^R01, MLLP) of monitors into the sessions of their rooms.

    Example: keel monitors listen --host 0.0.0.0 --allow 192.168.7.0/24
    """
    import asyncio
    import contextlib
    import ipaddress

    from keel.cli.errors import CommandError
    from keel.web.server import open_folder

    networks = allow or ["127.0.0.1", "::1"]
    for one in networks:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError:
            text = Message("{text} is no address. Write 192.168.7.20, or 192.168.7.0/24 for a network.", text=one)
            raise CommandError(text) from None
    open_folder(folder)
    from keel.web.live.listener import listen as serve  # once the folder is known

    print(_("Listening for monitors at {host}:{port} (Ctrl-C ends it)", host=host, port=str(port)), flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(host, port, networks))


@monitors_app.command()
def simulate(
    device: Annotated[str, typer.Option(help="The identifier of the monitor, as it is known to the clinic.")],
    host: Annotated[str, typer.Option(help="Where Keel listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of MLLP.", min=1, max=65535)] = 2575,
    minutes: Annotated[int, typer.Option(help="How long the evening lasts.", min=1, max=600)] = 160,
    speed: Annotated[float, typer.Option(help="Messages come this much faster than a minute each.", min=1)] = 60,
    seed: Annotated[int, typer.Option(help="Another seed is another evening.")] = 1,
) -> None:
    """Send a made-up patient's evening as a monitor does: a message a minute, a cuff every ten.

    Example: keel monitors simulate --device 0123456789ABCDEF --speed 60
    """
    import socket
    import time

    from keel.cli.errors import CommandError
    from keel.cli.terminal import parse_time
    from keel.interop.hl7_evening import framed, messages

    try:
        with socket.create_connection((host, port), timeout=10) as line:
            answers = 0
            for text in messages(device, minutes, seed=seed, now=lambda: parse_time(None)):
                line.sendall(framed(text))
                answers += b"MSA|AA" in line.recv(4096)
                time.sleep(60 / speed)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(
            Message("Nobody listens at {host}:{port}: {reason}.", host=host, port=str(port), reason=reason)
        ) from None
    print(_("{count} messages were taken.", count=str(answers)))
