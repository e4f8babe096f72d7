"""QuestionnaireResponses: which instrument it is, and what was answered to each item."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from keel.assessment.instruments import find_instrument, find_item
from keel.interop import json_text
from keel.interop.answers import AnswerSent
from keel.interop.errors import ReadError
from keel.interop.fhir.datatypes import LOINC
from keel.interop.fhir.decoding import only_one
from keel.interop.fhir.directory import Directory, contained
from keel.interop.fhir.envelope import Item
from keel.interop.fhir.errors import NotTaken
from keel.interop.fhir.moments import when
from keel.interop.fhir.people import SUICIDE, Context, Draft, risk_level
from keel.interop.fhir.resources import Answer, Question, QuestionAsked, Questionnaire, QuestionnaireResponse
from keel.interop.fhir.sittings import InstrumentCodes, Sitting
from keel.interop.times import Moment
from keel.knowledge import UnknownId
from keel.knowledge.instruments import Instrument
from keel.knowledge.instruments import Item as InstrumentItem
from keel.messages import Message

_ENOUGH = 0.5
"""How much of an instrument must be there for a form to be it by its items."""
_LOINC_CODE = re.compile(r"\d{1,7}-\d")

_SEVERAL = "?"
"""In the place of a code: the question means different things in several versions of its form."""


class _Form(NamedTuple):
    """A questionnaire of the file: its address, what names it, and the LOINC code of each `linkId`."""

    key: str
    url: str
    version: str
    names: tuple[str, ...]
    codes: dict[str, str]

    @classmethod
    def of(cls, form: Questionnaire, key: str) -> "_Form":
        panels = [coding.code for coding in form.code if coding.system == LOINC]
        return cls(key, form.url, form.version, (*panels, form.title), dict(_codes_of(form.item)))


def _agreed(forms: "Sequence[_Form]") -> dict[str, str]:
    """What each `linkId` means in all of the forms that have it; `_SEVERAL` where they do not agree."""
    agreed: dict[str, str] = {}
    for form in forms:
        for link, code in form.codes.items():
            agreed[link] = code if agreed.get(link, code) == code else _SEVERAL
    return agreed


class ResponseReader:
    """Reads responses of a file into drafts; questionnaires in the file say what their `linkId`s mean."""

    def __init__(
        self, questionnaires: Iterable[tuple[Item, Questionnaire]], directory: Directory, context: Context
    ) -> None:
        self._context, self._directory = context, directory
        self._forms = {item.key: _Form.of(questionnaire, item.key) for item, questionnaire in questionnaires}
        self._items = InstrumentCodes(context.knowledge)
        self.used: set[str] = set()

    def read(self, item: Item, response: QuestionnaireResponse, draft: Draft) -> None:
        """Adds the sitting to the draft; NotTaken where the instrument is not one that Keel knows."""
        if response.status == "entered-in-error":
            raise NotTaken(Message("its status is entered-in-error: taken back by its sender"))
        time = when(response.authored, at=self._context.at)
        url = response.questionnaire.partition("|")[0]
        forms = self._forms_of(item, response)
        self.used.update(form.key for form in forms)
        codes, titles = _agreed(forms), tuple(dict.fromkeys(name for form in forms for name in form.names))
        questions = tuple(_flat(response.item))
        named = {one.link_id: codes.get(one.link_id) or _code_in(one.link_id) for one in questions}
        if _SEVERAL in codes.values():
            reason = Message("its questions mean different things in them; those were not taken")
            draft.notes.note(Message("questionnaire of several versions"), where=item.where, reason=reason)
        texts = {_plain(one.text) for one in questions} - {""}
        found = self._instruments((url, *titles), set(named.values()) - {"", _SEVERAL}, texts)
        sitting = Sitting(item.key, time.start, item.id)
        if not found:
            name = url.rsplit("/", 1)[-1] or Message("without a name")
            self._tell_unknown(url, titles, response, time.start, item, draft)
            if self._take_known(questions, named, sitting, item, draft):
                return
            raise NotTaken(Message("the questionnaire {name} is not one that Keel knows", name=name))
        for instrument in found:
            draft.sittings.open(instrument, sitting)
        if len(found) > 1:
            names = ", ".join(one.name for one in found)
            reason = Message("its code, its name and its items are of {names}; it is not scored", names=names)
            draft.notes.note(Message("form of two instruments"), where=item.where, reason=reason)
            return
        for question in questions:
            self._take(found[0], named[question.link_id], question, sitting, item, draft)
        if response.status in ("in-progress", "stopped"):
            reason = Message("its status is {status}: what has no answer stays unanswered", status=response.status)
            draft.notes.note(Message("questionnaire not completed"), where=item.where, reason=reason)

    def _forms_of(self, item: Item, response: QuestionnaireResponse) -> "list[_Form]":
        """The questionnaire that a response answers: contained in it, by address and version, or by reference.

        All versions of an address where the response does not say which.
        """
        reference = response.questionnaire
        if reference.startswith("#"):
            body = contained(response, reference, "Questionnaire")
            try:
                return [_Form.of(json_text.decode(body, Questionnaire), item.key)] if body else []
            except ReadError:
                return []
        url, _, version = reference.partition("|")
        named = [form for form in self._forms.values() if url and form.url == url]
        if named:
            return [form for form in named if version and form.version == version] or named
        found = self._directory.find(url, item) if url else None
        return [self._forms[found.key]] if found and found.key in self._forms else []

    def _instruments(self, names: Sequence[str], codes: set[str], texts: set[str]) -> list[Instrument]:
        """The instrument by name, by code and by items; more than one where these do not agree, the named one first.

        By items it is the one of which at least half are there, by code or in its own words. Items that have neither go
        by the name alone.
        """
        by_name = [one for name in names if (one := self._by_name(name))]
        shares = {one.id: _share_of(one, codes, texts) for one in self._context.knowledge.instruments.values()}
        best = max(shares, key=lambda name: shares[name])
        is_by_items = shares[best] >= _ENOUGH and not any(shares[one.id] >= _ENOUGH for one in by_name)
        by_items = [self._context.knowledge.instruments[best]] if is_by_items else []
        return list({one.id: one for one in (*by_name, *by_items)}.values())

    def _by_name(self, name: str) -> Instrument | None:
        """The instrument that an address, a title or a LOINC code of a whole names."""
        instruments = self._context.knowledge.instruments
        last = re.split(r"[/:]", name.strip())[-1]
        panel = next((one for one in instruments.values() if last and one.loinc.panel == last), None)
        with suppress(UnknownId):
            return panel or find_instrument(last, self._context.knowledge)
        return next((one for one in instruments.values() if one.title == name), None)

    def _take_known(
        self, questions: Sequence[Question], named: Mapping[str, str], sitting: Sitting, item: Item, draft: Draft
    ) -> bool:
        """Takes the answers under codes that are those of one instrument each, in any form; False for none."""
        taken = 0
        for question in questions:
            owners = self._items.items.get(named[question.link_id], [])
            if len(owners) == 1:
                draft.sittings.answer(owners[0], _said(question), sitting, where=item.where)
                taken += 1
        if taken:
            reason = Message("not one that Keel knows: only questions under known codes were read")
            draft.notes.note(Message("questionnaire"), where=item.where, reason=reason)
        return bool(taken)

    def _tell_unknown(
        self,
        url: str,
        titles: Sequence[str],
        response: QuestionnaireResponse,
        moment: Moment | None,
        item: Item,
        draft: Draft,
    ) -> None:
        """Keeps that a form about suicide came which Keel does not know: it may hold a yes."""
        words = [url, *titles, *(question.text for question in _flat(response.item))]
        if any(SUICIDE in text.casefold() for text in words):
            at, named = moment.at if moment else None, url.rsplit("/", 1)[-1] or "questionnaire"
            draft.measurements.append(risk_level(named, at, item.id))

    def _take(
        self,
        instrument: Instrument,
        code: str,
        question: Question,
        sitting: Sitting,
        item: Item,
        draft: Draft,
    ) -> None:
        said, link = _said(question), question.link_id
        mine, others = _item_of(instrument, code, question), self._items.items.get(code, [])
        if mine is not None:
            draft.sittings.answer((instrument, mine), said, sitting, where=item.where)
        elif len(others) == 1:
            # A form may hold the questions of several instruments, each under its own code.
            draft.sittings.answer(others[0], said, sitting, where=item.where)
        elif (link == "total" and not code) or (code and code == instrument.loinc.total):
            if said.number is not None:
                draft.sittings.total(instrument, said.number, sitting, where=item.where)
        elif not code and any(scale.id == link for scale in instrument.scales):
            if said.number is not None:
                draft.sittings.subscale(instrument, link, said.number, sitting, where=item.where)
        elif question.answer and not question.item:
            reason = Message("no item of {instrument}; its answer was not kept", instrument=instrument.name)
            draft.notes.note(Message("question {link}", link=link), where=item.where, reason=reason)


def _item_of(instrument: Instrument, code: str, question: Question) -> InstrumentItem | None:
    """The item of that code, else of those words, else of that `linkId`: GAD-7's item 1 is not PHQ-9's.

    A code or words of the instrument's own decide; a foreign code is no item of it.
    """
    coded = next((item for item in instrument.items if code and item.loinc == code), None)
    if code:
        return coded
    worded = next((item for item in instrument.items if item.text and _plain(item.text) == _plain(question.text)), None)
    name = find_item(instrument, question.link_id)
    return worded or next((item for item in instrument.items if item.id == name), None)


def _share_of(instrument: Instrument, codes: set[str], texts: set[str]) -> float:
    """How much of an instrument is there, by code or in its own words; its total counts as all of it."""
    has_total = bool(instrument.loinc.total) and instrument.loinc.total in codes
    by_code = _share({item.loinc for item in instrument.items}, codes) + has_total
    return max(by_code, _share({_plain(item.text) for item in instrument.items}, texts))


def _share(own: set[str], there: set[str]) -> float:
    """How much of what an instrument has of its own is there."""
    own = own - {""}
    return len(own & there) / len(own) if own else 0.0


def _plain(text: str) -> str:
    """The letters and figures of a text, whatever its case and signs."""
    return " ".join(re.findall(r"\w+", text[:500].casefold()))


def _codes_of(asked: Sequence[QuestionAsked]) -> Iterator[tuple[str, str]]:
    waiting = list(asked)
    while waiting:
        question = waiting.pop()
        code = next((coding.code for coding in question.code if coding.system == LOINC), "")
        if code:
            yield question.link_id, code
        waiting += question.item


def _code_in(link: str) -> str:
    """The LOINC code that a linkId ends with (“/44250-9”), as LHC-Forms and US Core write them."""
    last = link.rstrip("/").rsplit("/", 1)[-1]
    return last if _LOINC_CODE.fullmatch(last) else ""


def _flat(questions: Sequence[Question]) -> Iterator[Question]:
    """Every question of the response in order; without recursion, since files decide how deep they nest."""
    waiting = list(reversed(questions))
    while waiting:
        question = waiting.pop()
        yield question
        inside = [*question.item, *(deeper for answer in question.answer for deeper in answer.item)]
        waiting += reversed(inside)


def _said(question: Question) -> AnswerSent:
    """The answer as it came; several answers to one item cannot be scored and count as none."""
    if question.modifier_extension or any(answer.modifier_extension for answer in question.answer):
        raise NotTaken(Message("a question has a modifier that changes its meaning"))
    if len(question.answer) != 1:
        return (
            AnswerSent(absent=question.absent_reason or "unknown")
            if not question.answer
            else AnswerSent(words=("several answers",))
        )
    (answer,) = question.answer
    kind = only_one(answer, "value_")
    return _told(answer, kind)


def _told(answer: Answer, kind: str | None) -> AnswerSent:
    if answer.value_coding is not None:
        coding = answer.value_coding
        return AnswerSent(((coding.system, coding.code),), (coding.display,) if coding.display else (), coding.ordinal)
    if answer.value_quantity is not None:
        return AnswerSent(number=answer.value_quantity.value)
    if answer.value_boolean is not None:
        return AnswerSent(words=("yes" if answer.value_boolean else "no",), number=float(answer.value_boolean))
    for number in (answer.value_integer, answer.value_decimal):
        if number is not None:
            return AnswerSent(number=float(number))
    if answer.value_string is not None:
        return AnswerSent(words=(answer.value_string,))
    return AnswerSent(words=(kind.removeprefix("value_"),)) if kind else AnswerSent(absent="unknown")
