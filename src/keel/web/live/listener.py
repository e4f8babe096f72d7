"""The listener for monitors: HL7 v2 by MLLP, a process of its own beside the server (`keel monitors listen`).

Only addresses of the list are let in. A message may have `LARGEST` bytes and a connection may be silent for `IDLE_S`
seconds; a message that cannot be read is answered and the connection goes on. The answer goes out after the commit.
"""

import asyncio
import ipaddress
import logging
from collections.abc import Sequence

from django.db import connections
from hl7.mllp import HL7StreamReader, HL7StreamWriter, InvalidBlockError, start_hl7_server

from keel.web import clock
from keel.web.live.monitors import take_message

LARGEST = 65_536
IDLE_S = 300.0
log = logging.getLogger("keel.web")


async def listen(host: str, port: int, allowed: Sequence[str]) -> None:
    """Answers monitors until it is cancelled."""
    networks = [ipaddress.ip_network(one, strict=False) for one in allowed]

    async def serve(reader: HL7StreamReader, writer: HL7StreamWriter) -> None:
        peer = ipaddress.ip_address(writer.get_extra_info("peername")[0])
        try:
            if any(peer in network for network in networks):
                await _talk(reader, writer)
            else:
                log.warning("a monitor at an address that is not allowed was turned away")
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            pass  # it went away, or said nothing for too long
        finally:
            writer.close()

    server = await start_hl7_server(serve, host, port, limit=LARGEST, encoding="utf-8")
    async with server:
        await server.serve_forever()


async def _talk(reader: HL7StreamReader, writer: HL7StreamWriter) -> None:
    while True:
        try:
            block = await asyncio.wait_for(reader.readblock(), IDLE_S)
        except (InvalidBlockError, ValueError):  # no start byte, or too long: what follows may be whole again
            log.warning("a monitor sent what is no message")
            continue
        answer = await asyncio.to_thread(_take, block)
        writer.writeblock(answer.encode())
        await writer.drain()


def _take(block: bytes) -> str:
    try:
        return take_message(block.decode("utf-8", errors="replace"), at=clock.now())
    finally:
        connections.close_all()
