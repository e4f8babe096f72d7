"""Catalogues are complete, compiled, and compiled rightly: Python's own gettext reads them."""

import gettext
import io
import re

import pytest

from support import django_ready  # noqa: F401 - before anything of keel.web

# isort: split

from keel.web import languages
from keel.web.catalogue import Message, collect, compiled, read, written
from support.loops import some

CATALOGUES = sorted(languages.LOCALE.glob("*/LC_MESSAGES/django.po"))
SLOTS = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def _held(file):
    return read(file.read_text())


def test_spanish_is_there():
    assert [file.parents[1].name for file in CATALOGUES] == [code for code, _name in languages.offered()[1:]]
    assert ("es", "Español") in languages.offered()


@pytest.mark.slow
@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.parents[1].name)
def test_every_text_of_a_public_page_has_a_translation(file):
    """Mend it with `python scripts/messages.py es`, then write what is missing into the catalogue."""
    held = _held(file)
    missing = [message for message in collect() if not all(held.get(message.key, ("",)))]
    assert missing == []


@pytest.mark.slow
@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.parents[1].name)
def test_what_is_filled_in_is_the_same_in_both_languages(file):
    for key, texts in some(_held(file).items()):
        wanted = set(SLOTS.findall(key))
        for text in some(texts):
            assert set(SLOTS.findall(text)) == wanted, key


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.parents[1].name)
def test_the_compiled_catalogue_is_that_of_its_text(file):
    assert file.with_suffix(".mo").read_bytes() == compiled(file.read_text())


def test_pythons_gettext_reads_what_was_compiled():
    """The standard library is the independent reader of the format."""
    wanted = [
        Message("One “line”\nand two", "", "a"),
        Message("%(n)d day", "%(n)d days", "b"),
        Message("left", "", "c"),
    ]
    held = {"One “line”\nand two": ("Una «línea»\ny dos",), "%(n)d day\0%(n)d days": ("%(n)d día", "%(n)d días")}
    catalogue = gettext.GNUTranslations(io.BytesIO(compiled(written("es", wanted, held))))
    assert catalogue.gettext("One “line”\nand two") == "Una «línea»\ny dos"
    assert catalogue.ngettext("%(n)d day", "%(n)d days", 1) == "%(n)d día"
    assert catalogue.ngettext("%(n)d day", "%(n)d days", 5) == "%(n)d días"
    assert catalogue.gettext("left") == "left"


def test_texts_are_found_in_templates_and_code(tmp_path):
    (tmp_path / "a.html").write_text(
        '{% translate "One" %}{% blocktranslate count n=x %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}'
        '{{ y|default:_("None of it") }}'
    )
    (tmp_path / "b.py").write_text('_("two " "parts")\nnot_ours("x")\n')
    (tmp_path / "clinic").mkdir()
    (tmp_path / "clinic" / "c.html").write_text('{% translate "For staff" %}')
    found = {message.one for message in collect(tmp_path)}
    assert {"One", "%(n)s day", "None of it", "two parts"} <= found
    assert not {"x", "For staff"} & found
