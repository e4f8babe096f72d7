"""`keel bounce`: a returned mail noted at the message that it tells of."""

import sys
from pathlib import Path

import typer

from keel.cli.language import _
from keel.cli.options import Folder


def bounce(folder: Folder = Path("var")) -> None:
    """Note that a mail came back, from the returned mail on standard input; staff see it at once.

    For the mail server, which hands over what comes to the address of KEEL_MAIL_FROM. Ends with 1 where the mail names
    no message of Keel.

    Example: keel bounce < returned.eml
    """
    from keel.web.server import open_folder

    open_folder(folder)
    from keel.web import clock
    from keel.web.outbox.actions import LONGEST_MAIL, bounced_mail

    if bounced_mail(sys.stdin.buffer.read(LONGEST_MAIL), at=clock.now()) is None:
        print(_("This mail names no message of Keel."))
        raise typer.Exit(1)
    print(_("Noted: the message came back."))
