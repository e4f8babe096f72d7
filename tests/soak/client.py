"""A small HTTP client for long runs: one connection a request, as a new browser makes it, many at once."""

import asyncio
import re
import time
from html import unescape
from typing import NamedTuple
from urllib.parse import urlencode


class Reply(NamedTuple):
    """Status (0 where there was no answer), headers as text, body, milliseconds."""

    status: int
    head: str
    body: str
    ms: float

    def header(self, name: str) -> str:
        """The first header of this name, or nothing."""
        found = re.search(rf"^{name}: *(.*)$", self.head, re.IGNORECASE | re.MULTILINE)
        return found.group(1).strip() if found else ""


class Browser:
    """Keeps cookies and sends forms as a browser does."""

    def __init__(self, address: str) -> None:
        self.host, _, port = address.removeprefix("http://").partition(":")
        self.port, self.cookies = int(port), dict[str, str]()

    async def get(self, path: str) -> Reply:
        """Asks for a page."""
        return await self._send("GET", path, b"")

    async def post(self, path: str, fields: dict[str, str]) -> Reply:
        """Sends a form."""
        return await self._send("POST", path, urlencode(fields).encode())

    async def log_in(self, name: str, password: str) -> None:
        """Fills in the form of the door, whatever its fields are called."""
        page = (await self.get("/log-in/")).body
        fields = hidden_fields(page)
        (user,) = re.findall(r'<input[^>]*type="(?:text|email)"[^>]*name="([^"]+)"', page)[:1] or re.findall(
            r'<input[^>]*name="(username|login)"', page
        )
        reply = await self.post("/log-in/", {**fields, user: name, "password": password})
        if reply.status != 302:
            raise RuntimeError(f"the log-in of {name} was answered with {reply.status}")

    async def _send(self, method: str, path: str, body: bytes) -> Reply:
        start, raw = time.perf_counter(), b""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nConnection: close\r\n"
            f"Origin: http://{self.host}:{self.port}\r\nCookie: {cookies}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            reader, writer = await asyncio.open_connection(self.host, self.port)
            writer.write(head.encode() + body)
            raw = await asyncio.wait_for(reader.read(), 60)
            writer.close()
        except (OSError, TimeoutError):
            return Reply(0, "", "", (time.perf_counter() - start) * 1000)
        top, _, rest = raw.partition(b"\r\n\r\n")
        for name, value in re.findall(r"set-cookie: *([^=]+)=([^;\r]*)", top.decode("latin-1"), re.IGNORECASE):
            self.cookies[name] = value
        status = int(top.split(b" ", 2)[1]) if top.count(b" ") else 0
        return Reply(
            status, top.decode("latin-1"), rest.decode("utf-8", "replace"), (time.perf_counter() - start) * 1000
        )


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    found = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name.group(1)] = unescape(value.group(1)) if value else ""
    return found


def link_to(page: str, ending: str) -> str:
    """The first link of a page whose address ends so."""
    found = re.search(rf'href="([^"]*{ending})"', page)
    if found is None:
        raise RuntimeError(f"the page has no link that ends with {ending}")
    return found.group(1)
