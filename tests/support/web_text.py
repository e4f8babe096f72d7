"""What a person reads on a page: the text of its main part, a line for each block, without quoted claims of others."""

from html.parser import HTMLParser

BLOCKS = {"p", "div", "li", "h1", "h2", "h3", "h4", "tr", "td", "th", "dt", "dd", "section", "summary", "legend",
          "label", "figcaption", "option", "button", "br", "details", "header", "caption"}  # fmt: skip
UNSEEN = {"script", "style", "svg", "head"}


class _Reader(HTMLParser):
    def __init__(self, without: set[str]) -> None:
        super().__init__()
        self._without = UNSEEN | without
        self._depth = 0
        self.parts: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in self._without:
            self._depth += 1
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag):
        if tag in self._without and self._depth:
            self._depth -= 1
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data):
        if not self._depth:
            self.parts.append(data)


def text_of(html: str, without: tuple[str, ...] = ()) -> str:
    """The text of a page, a line for each block; `without` leaves out elements such as `q`, the words of others."""
    reader = _Reader(set(without))
    reader.feed(html)
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)
