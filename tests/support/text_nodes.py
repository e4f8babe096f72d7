"""The texts of a page with the language that the page gives them, as somebody's screen reader meets them."""

from html.parser import HTMLParser
from typing import NamedTuple

EMPTY = {"br", "img", "input", "meta", "link", "hr", "source", "path", "circle", "line", "rect", "wbr", "col"}
UNREAD = {"script", "style", "code"}
READ_OUT = ("aria-label", "placeholder", "title", "alt")


class Text(NamedTuple):
    """A text, the language that the nearest element names, and the element it stands in."""

    words: str
    lang: str
    within: str


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, str]] = []
        self.found: list[Text] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        lang = given.get("lang") or (self._open[-1][1] if self._open else "")
        for name in READ_OUT:
            if given.get(name):
                self.found.append(Text(" ".join(given[name].split()), lang, f"{tag} {name}"))
        if tag not in EMPTY:
            self._open.append((tag, "none" if given.get("translate") == "no" else lang))

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        tags = [one for one, _ in self._open]
        if tag in tags:
            del self._open[len(tags) - 1 - tags[::-1].index(tag) :]

    def handle_data(self, data):
        words = " ".join(data.split())
        tags = {tag for tag, _ in self._open}
        if words and self._open and not tags & UNREAD and self._open[-1][1] != "none":
            self.found.append(Text(words, self._open[-1][1], self._open[-1][0]))


def text_nodes(html: str) -> list[Text]:
    """Every text that is read out, in the order of the page; code and what nobody translates are left out."""
    reader = _Reader()
    reader.feed(html)
    return reader.found
