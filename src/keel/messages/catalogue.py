"""The translations of one language: what a template or a name is called there."""

from collections.abc import Callable, Mapping
from functools import cached_property
from gettext import GNUTranslations, NullTranslations

from keel.messages.numerals import Signs


class _Nothing(NullTranslations):
    """What a catalogue falls back on: an empty text for all that it does not have, so that a gap is seen."""

    def gettext(self, message: str) -> str:
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""

    def pgettext(self, context: str, message: str) -> str:
        return message


class Catalogue:
    """A language's translations (gettext), asked for by the English text.

    How the language writes numbers is among them: the texts “.”, “,” and “to” in the contexts `decimal sign`,
    `thousands sign` and `between numbers`. `questions` gives the questions of questionnaires, which are translated with
    their instrument and not here.
    """

    def __init__(
        self,
        language: str,
        translations: GNUTranslations,
        questions: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self.language = language
        self._translations, self._questions = translations, questions
        translations.add_fallback(_Nothing())

    def find(self, template: str) -> str | None:
        """The translation of a text; None where the catalogue has none."""
        return self._translations.gettext(template) or None if template else None

    def find_plural(self, one: str, many: str, count: float) -> str | None:
        """The translation of a text that depends on a count; None where the catalogue has none."""
        return self._translations.ngettext(one, many, int(count) if count == int(count) else 2) or None

    def question(self, text: str) -> str | None:
        """The words of a question in a translated questionnaire; None where none has it."""
        return self._asked.get(text)

    @cached_property
    def _asked(self) -> Mapping[str, str]:
        return self._questions()

    @cached_property
    def signs(self) -> Signs:
        """How the language writes numbers."""
        sign = self._translations.pgettext
        return Signs(sign("decimal sign", "."), sign("thousands sign", ","), sign("between numbers", "to"))
