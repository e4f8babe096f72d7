"""QuestionnaireResponses: which instrument it is, and what was answered to each item."""

import re
from collections.abc import Iterable, Iterator, Sequence

from keel.interop.fhir.datatypes import LOINC
from keel.interop.fhir.decoding import only_one
from keel.interop.fhir.envelope import Item
from keel.interop.fhir.errors import NotTaken
from keel.interop.fhir.moments import when
from keel.interop.fhir.people import Context, Draft
from keel.interop.fhir.resources import Answer, Question, QuestionAsked, Questionnaire, QuestionnaireResponse
from keel.interop.fhir.sittings import AnswerSent, Sitting
from keel.knowledge.instruments import Instrument
from keel.knowledge.instruments import Item as InstrumentItem
from keel.messages import Message

_LOINC_CODE = re.compile(r"\d{1,7}-\d")


class ResponseReader:
    """Reads responses of a file into drafts; questionnaires in the file say what their `linkId`s mean."""

    def __init__(self, questionnaires: Iterable[tuple[Item, Questionnaire]], context: Context) -> None:
        self._context = context
        self._codes: dict[str, dict[str, str]] = {}
        self._keys: dict[str, str] = {}
        self.used: set[str] = set()
        for item, questionnaire in questionnaires:
            if questionnaire.url:
                self._codes[questionnaire.url] = dict(_codes_of(questionnaire.item))
                self._keys[questionnaire.url] = item.key

    def read(self, item: Item, response: QuestionnaireResponse, draft: Draft) -> None:
        """Adds the sitting to the draft; NotTaken where the instrument is not one that Keel knows."""
        if response.status == "entered-in-error":
            raise NotTaken(Message("its status is entered-in-error: taken back by its sender"))
        time = when(response.authored, at=self._context.at)
        url = response.questionnaire.partition("|")[0]
        codes = self._codes.get(url, {})
        if url in self._keys:
            self.used.add(self._keys[url])
        questions = {question.link_id: question for question in _flat(response.item)}
        named = {link: codes.get(link) or _code_in(link) for link in questions}
        instrument = self._instrument(url, named)
        if instrument is None:
            name = url.rsplit("/", 1)[-1] or Message("without a name")
            raise NotTaken(Message("the questionnaire {name} is not one that Keel knows", name=name))
        sitting = Sitting(item.key, time.start, item.id)
        for link, question in questions.items():
            self._take(instrument, named[link], link, question, sitting, item, draft)
        if response.status in ("in-progress", "stopped"):
            reason = Message("its status is {status}: what has no answer stays unanswered", status=response.status)
            draft.notes.note(Message("questionnaire not completed"), where=item.where, reason=reason)

    def _instrument(self, url: str, named: dict[str, str]) -> Instrument | None:
        """The instrument of that name, or the one of which at least half the items are there by code."""
        instruments = self._context.knowledge.instruments
        own = instruments.get(re.split(r"[/:]", url)[-1].lower())
        if own is not None and set(named) & ({item.id for item in own.items} | {scale.id for scale in own.scales}):
            return own
        codes = set(named.values()) - {""}
        best, most = None, 0.0
        for instrument in instruments.values():
            coded = {item.loinc for item in instrument.items if item.loinc}
            share = len(coded & codes) / len(coded) if coded else 0.0
            if instrument.loinc.total in codes and instrument.loinc.total:
                share += 1
            if share > most:
                best, most = instrument, share
        return best if most >= 0.5 else None

    def _take(
        self,
        instrument: Instrument,
        code: str,
        link: str,
        question: Question,
        sitting: Sitting,
        item: Item,
        draft: Draft,
    ) -> None:
        said = _said(question)
        mine = _item_of(instrument, code, link)
        if mine is not None:
            draft.sittings.answer((instrument, mine), said, sitting, where=item.where)
        elif link == "total" or (code and code == instrument.loinc.total):
            if said.number is not None:
                draft.sittings.total(instrument, said.number, sitting, where=item.where)
        elif any(scale.id == link for scale in instrument.scales):
            if said.number is not None:
                draft.sittings.subscale(instrument, link, said.number, sitting, where=item.where)
        elif question.answer and not question.item:
            reason = Message("no item of {instrument}; its answer was not kept", instrument=instrument.name)
            draft.notes.note(Message("question {link}", link=link), where=item.where, reason=reason)


def _item_of(instrument: Instrument, code: str, link: str) -> InstrumentItem | None:
    return next((item for item in instrument.items if (code and item.loinc == code) or item.id == link), None)


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
        return AnswerSent(absent="unknown") if not question.answer else AnswerSent(words=("several answers",))
    (answer,) = question.answer
    only_one(answer, "value_")
    return _told(answer)


def _told(answer: Answer) -> AnswerSent:
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
    return AnswerSent(absent="unknown")
