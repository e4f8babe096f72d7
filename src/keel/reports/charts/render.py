"""Turns a Vega-Lite specification into SVG that a page with a strict content policy can hold.

vl-convert draws in this process, without a browser and without the network. A drawing has no script and no style
attribute; one that had would be refused by the policy of our pages, so it is refused here.
"""

import json
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from keel.reports.charts.look import on_paper

VEGA_LITE = "6.1"
"""The version of Vega-Lite that specifications are written for."""
SCHEMA = f"https://vega.github.io/schema/vega-lite/v{VEGA_LITE.partition('.')[0]}.json"
_FORBIDDEN = re.compile(r"<script|<style|\sstyle=|\son\w+=|<foreignObject|(?:xlink:)?href=", re.IGNORECASE)


class ChartError(RuntimeError):
    """A drawing that no page may hold."""


@cache
def _converter() -> Any:
    import vl_convert

    return vl_convert


def spec_to_svg(spec: dict[str, Any]) -> str:
    """The drawing of a specification, hidden from screen readers: the figure around it has words and a table.

    Its letters are those of the page.
    """
    svg: str = _converter().vegalite_to_svg(json.dumps(spec), vl_version=VEGA_LITE)
    if _FORBIDDEN.search(svg):
        raise ChartError("The drawing holds script, style or links, which a page with a strict policy cannot show.")
    plain = re.sub(r'\sfont-family="[^"]*"', "", _without_roles(svg))
    return re.sub(r"^<svg ", '<svg aria-hidden="true" focusable="false" ', plain, count=1)


def _without_roles(svg: str) -> str:
    """The same drawing without the descriptions of single marks, which nobody hears and everybody downloads."""
    return re.sub(r'\s(?:aria-[a-z]+|role)="[^"]*"', "", svg)


def spec_to_file(spec: dict[str, Any], path: Path) -> None:
    """Writes the drawing in light inks to a file that ends in .svg or .png; ChartError for another ending."""
    kind = path.suffix.lower()
    if kind not in (".svg", ".png"):
        raise ChartError(f"“{path.name}” ends in neither .svg nor .png. Name the file by one of them.")
    text = json.dumps(on_paper(spec))
    if kind == ".svg":
        path.write_text(_named(_converter().vegalite_to_svg(text, vl_version=VEGA_LITE), spec), encoding="utf-8")
    else:
        path.write_bytes(_converter().vegalite_to_png(text, vl_version=VEGA_LITE, scale=2))


def _named(svg: str, spec: dict[str, Any]) -> str:
    """A drawing that says what it shows: a file has no figure around it."""
    words = escape(spec.get("description", ""), quote=True)
    return re.sub(r"^<svg ", f'<svg role="img" aria-label="{words}" ', _without_roles(svg), count=1)
