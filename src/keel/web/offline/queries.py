"""Which pages and files a device may keep, and the version of them.

`pages` come at once, on the first visit; `texts` are kept when somebody opened them. All are asked for without cookies
and without a query, so that none can hold anything about a person.
"""

import datetime as dt
import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.urls import reverse

from keel import knowledge
from keel.web.language import texts as knowledge_texts

FILES = (
    "keel/keel.css", "keel/keel.js", "keel/keel.svg", "offline/offline.js", "offline/offline-page.js",
    "tools/tools.css", "tools/page.js", "tools/entries.js", "tools/form.js", "tools/keep.js", "tools/month.js",
    "tools/pattern.js", "tools/store.js", "tools/words.js",
)  # fmt: skip
SESSION_STYLES = ("live/papers.css", "live/session.css", "live/board.css", "live/queue.css")
SESSION_FILES = (
    "keel/keel.css", "keel/keel.svg", *SESSION_STYLES, "live/board.js", "live/session.js", "live/cards.js",
    "live/shell.js", "live/queue.js", "live/fresh.js", "live/store.js", "live/clock.js",
)  # fmt: skip
TOPICS = ("question", "treatment", "help")
WEB = Path(__file__).parents[1]


def pages() -> list[str]:
    """Addresses of the pages that a device keeps from the first visit on, in the language of the page."""
    tools = [reverse("tools:tool", args=[name]) for name in knowledge.load().tools]
    return [reverse("offline:offline"), reverse("directory:everywhere"), reverse("tools:list"), *tools]


def texts() -> list[str]:
    """Addresses of the pages that a device keeps once somebody opened them."""
    read = [reverse("learn:text", args=[text.id]) for topic in TOPICS for text in knowledge_texts.of_topic(topic)]
    return [reverse("pages:home"), reverse("pages:about"), reverse("learn:index"), *read]


def files() -> list[str]:
    """Addresses of the files that these pages need; each has the hash of its content in its name."""
    return [static(name) for name in FILES]


def session_files() -> list[str]:
    """Addresses of the files of the page of a session, which a device keeps for the time without a connection."""
    return [static(name) for name in SESSION_FILES]


def version(language: str, day: dt.date) -> str:
    """A hash of facts, templates, words and files; a new one each week, as the directory says when it was checked."""
    week = "{}-{}".format(*day.isocalendar()[:2])
    whole = "\n".join([knowledge.load().hash, _program(), *files(), *session_files(), language, week])
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


@cache
def _program() -> str:
    """A hash of the templates and catalogues that make the pages."""
    digest = hashlib.sha256(getattr(staticfiles_storage, "manifest_hash", "").encode())
    for file in sorted([*WEB.rglob("*.html"), *WEB.rglob("*.mo")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()
