"""QuestionnaireResponses: which instrument it is, and what was answered to each item."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import msgspec

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
from keel.interop.fhir.resources import (
    Answer,
    CodeOffered,
    Question,
    QuestionAsked,
    Questionnaire,
    QuestionnaireResponse,
)
from keel.interop.fhir.sittings import InstrumentCodes, Sitting
from keel.interop.times import Moment
from keel.knowledge import UnknownId
from keel.knowledge.instruments import Instrument
from keel.knowledge.instruments import Item as InstrumentItem
from keel.messages import Message

_ENOUGH = 0.5
"""How much of an instrument must be there for a form to be it by its items."""
_EDITION = re.compile(r"(?i)[-_. ](?:v?\d+(?:\.\d+)+|v\d+|[a-z]{2}(?:[-_][a-z]{2})?)$")
"""A version or a language behind the name of a form: “phq9-es”, “phq-9-v2.1”."""
_LOINC_CODE = re.compile(r"\d{1,7}-\d")

_DISPUTED = "error"
"""Why a total is not there, where what came for it does not agree: FHIR's data-absent-reason, as Keel writes it."""
_SEVERAL = "?"
"""In the place of a code: the question means different things in several versions of its form."""


class _Form(NamedTuple):
    """A questionnaire of the file: its address, what names it, and of each `linkId` the LOINC code and the answers."""

    key: str
    url: str
    version: str
    names: tuple[str, ...]
    codes: dict[str, str]
    offered: dict[tuple[str, str], CodeOffered]

    @classmethod
    def of(cls, form: Questionnaire, key: str) -> "_Form":
        panels = [coding.code for coding in form.code if coding.system == LOINC]
        asked = list(_asked(form.item))
        codes = {one.link_id: code for one in asked if (code := _loinc_of(one))}
        offered = {(one.link_id, each.code): each for one in asked for each in _offered(one)}
        return cls(key, form.url, form.version, (*panels, form.title), codes, offered)


def _agreed(forms: "Sequence[_Form]") -> dict[str, str]:
    """What each `linkId` means in all of the forms that have it; `_SEVERAL` where they do not agree."""
    agreed: dict[str, str] = {}
    for form in forms:
        for link, code in form.codes.items():
            agreed[link] = code if agreed.get(link, code) == code else _SEVERAL
    return agreed


def _completed(question: Question, forms: "Sequence[_Form]") -> Question:
    """The question with the words and scores that its form has for the codes that were answered.

    Where versions of the form differ in them, they say nothing.
    """

    def completed(answer: Answer) -> Answer:
        coding = answer.value_coding
        if coding is None:
            return answer
        known = [each for form in forms if (each := form.offered.get((question.link_id, coding.code)))]
        if not known or any(one != known[0] for one in known) or known[0].system not in ("", coding.system):
            return answer
        display, more = coding.display or known[0].display, coding.extension or known[0].extension
        return msgspec.structs.replace(
            answer, value_coding=msgspec.structs.replace(coding, display=display, extension=more)
        )

    return msgspec.structs.replace(question, answer=tuple(map(completed, question.answer)))


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
        parts = [
            (sitting, tuple(_completed(question, forms) for question in asked))
            for sitting, asked in self._parts(item, response, time.start)
        ]
        questions = tuple(question for _, asked in parts for question in asked)
        named = {
            one.link_id: codes.get(one.link_id) or _code_in(one.link_id) or _code_in(one.definition)
            for one in questions
        }
        if _SEVERAL in codes.values():
            reason = Message("its questions mean different things in them; those were not taken")
            draft.notes.note(Message("questionnaire of several versions"), where=item.where, reason=reason)
        texts = {_plain(one.text) for one in questions} - {""}
        found = self._instruments((url, *titles), set(named.values()) - {"", _SEVERAL}, texts)
        if not found:
            name = url.rsplit("/", 1)[-1] or Message("without a name")
            self._tell_unknown(url, titles, response, time.start, item, draft)
            if self._take_known(parts, named, item, draft):
                return
            raise NotTaken(Message("the questionnaire {name} is not one that Keel knows", name=name))
        for instrument in found:
            for sitting, _ in parts:
                if len(parts) == 1 or sitting.group != item.key:  # what stands beside the groups need be no answer
                    draft.sittings.open(instrument, sitting)
        if len(found) > 1:
            names = ", ".join(one.name for one in found)
            reason = Message("its code, its name and its items are of {names}; it is not scored", names=names)
            draft.notes.note(Message("form of two instruments"), where=item.where, reason=reason)
            return
        for sitting, asked in parts:
            for question in asked:
                self._take(found[0], named[question.link_id], question, sitting, item, draft)
        if response.status in ("in-progress", "stopped"):
            reason = Message("its status is {status}: what has no answer stays unanswered", status=response.status)
            draft.notes.note(Message("questionnaire not completed"), where=item.where, reason=reason)

    def _parts(
        self, item: Item, response: QuestionnaireResponse, authored: Moment | None
    ) -> "list[tuple[Sitting, tuple[Question, ...]]]":
        """The sittings of a response with their questions: one, or each group that repeats with a day of its own."""
        whole = Sitting(item.key, authored, item.id)
        groups = _repeated(response.item)
        days = self._days_of(groups)
        if not days:
            return [(whole, tuple(_flat(response.item)))]
        inside = [tuple(_flat((group,))) for group in groups]
        taken = {id(question) for asked in inside for question in asked}
        others = tuple(question for question in _flat(response.item) if id(question) not in taken)
        parts = [
            (Sitting(f"{item.key} {number}", day, f"{item.id}.{number}" if item.id and number else item.id), asked)
            for number, (day, asked) in enumerate(zip(days, inside, strict=True))
        ]
        return [*parts, *([(whole, others)] if any(question.answer for question in others) else [])]

    def _days_of(self, groups: Sequence[Question]) -> list[Moment]:
        """When each of some groups was answered, where one question of theirs says another day in each."""
        said = [_dates_in(group) for group in groups]
        links = set.intersection(*map(set, said)) if said else set()
        apart = [link for link in links if len({dates[link] for dates in said}) == len(groups)]
        if len(apart) != 1:
            return []
        try:
            times = [when(dates[apart[0]], at=self._context.at).start for dates in said]
        except NotTaken:
            return []
        return [time for time in times if time]

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
        for called in (last, _EDITION.sub("", last)):
            with suppress(UnknownId):
                return panel or find_instrument(called, self._context.knowledge)
        told = {_plain(name), _plain(last)} - {""}
        return next((one for one in instruments.values() if told & _titles(one)), None)

    def _take_known(
        self,
        parts: "Sequence[tuple[Sitting, Sequence[Question]]]",
        named: Mapping[str, str],
        item: Item,
        draft: Draft,
    ) -> bool:
        """Takes the answers under codes that are those of one instrument each, in any form; False for none."""
        taken = 0
        for sitting, question in ((sitting, question) for sitting, asked in parts for question in asked):
            owners = self._items.items.get(named[question.link_id], [])
            if len(owners) == 1:
                _answer(owners[0], question, sitting, item, draft)
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
        link = question.link_id
        mine, others = _item_of(instrument, code, question), self._items.items.get(code, [])
        if mine is not None:
            _answer((instrument, mine), question, sitting, item, draft)
        elif len(others) == 1:
            # A form may hold the questions of several instruments, each under its own code.
            _answer(others[0], question, sitting, item, draft)
        elif (link == "total" and not code) or (code and code == instrument.loinc.total):
            for said in _said(question):
                if said.number is not None:
                    draft.sittings.total(instrument, said.number, sitting, where=item.where)
                elif said.absent == _DISPUTED:
                    draft.sittings.disputed(instrument, "total", sitting)
        elif not code and any(scale.id == link for scale in instrument.scales):
            for said in _said(question):
                if said.number is not None:
                    draft.sittings.subscale(instrument, link, said.number, sitting, where=item.where)
                elif said.absent == _DISPUTED:
                    draft.sittings.disputed(instrument, link, sitting)
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
    name = find_item(instrument, _own_link(instrument, question.link_id))
    return worded or next((item for item in instrument.items if item.id == name), None)


def _own_link(instrument: Instrument, link: str) -> str:
    """The number of an item behind the name of its instrument, or with zeros before it: “PHQ9_1”, “phq-1”, “q01”."""
    letters, _, number = instrument.id.partition("-")
    found = re.fullmatch(
        rf"(?:{re.escape(letters)}(?:[-_. ]?{re.escape(number)})?[-_. /:]+)?(?:question|item|q)?[-_. ]*0*([1-9]\d?)",
        link.strip()[:100],
        re.IGNORECASE,
    )
    return found.group(1) if found else link


def _titles(instrument: Instrument) -> set[str]:
    """The names of an instrument in full: its title, also without what stands behind a comma or in brackets."""
    number = "".join(re.findall(r"-(\d+)$", instrument.id))
    short = re.split(r"[,(]", instrument.title)[0]
    return {_plain(instrument.title), _plain(f"{short} {number}")}


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


def _asked(questions: Sequence[QuestionAsked]) -> Iterator[QuestionAsked]:
    """Every question of a form; without recursion, since files decide how deep they nest."""
    waiting = list(questions)
    while waiting:
        question = waiting.pop()
        yield question
        waiting += question.item


def _loinc_of(question: QuestionAsked) -> str:
    return next((coding.code for coding in question.code if coding.system == LOINC), "")


def _offered(question: QuestionAsked) -> Iterator[CodeOffered]:
    """The codes that a question offers, each with its score on it."""
    for option in question.answer_option:
        if option.value_coding is not None:
            scores = (*option.value_coding.extension, *option.extension)
            yield msgspec.structs.replace(option.value_coding, extension=scores)


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


def _repeated(questions: Sequence[Question]) -> Sequence[Question]:
    """The groups that stand several times side by side under one `linkId`; the outermost ones there are."""
    waiting = [questions]
    while waiting:
        siblings = waiting.pop(0)
        links = Counter(question.link_id for question in siblings if question.item)
        link = next((link for link, times in links.items() if times > 1), None)
        if link is not None:
            return [question for question in siblings if question.link_id == link and question.item]
        waiting += [question.item for question in siblings if question.item]
    return ()


def _dates_in(group: Question) -> dict[str, str]:
    """The days and times that were answered in a group, by `linkId`; not those of a question answered twice."""
    found: dict[str, list[str]] = {}
    for question in _flat((group,)):
        for answer in question.answer:
            if date := answer.value_date_time or answer.value_date:
                found.setdefault(question.link_id, []).append(date)
    return {link: dates[0] for link, dates in found.items() if len(dates) == 1}


def _answer(
    owner: tuple[Instrument, InstrumentItem], question: Question, sitting: Sitting, item: Item, draft: Draft
) -> None:
    for said in _said(question):
        draft.sittings.answer(owner, said, sitting, where=item.where)


def _said(question: Question) -> list[AnswerSent]:
    """Each answer as it came; one without a value where there is none."""
    if question.modifier_extension or any(answer.modifier_extension for answer in question.answer):
        raise NotTaken(Message("a question has a modifier that changes its meaning"))
    if not question.answer:
        return [AnswerSent(absent=question.absent_reason or "unknown")]
    return [_told(answer, only_one(answer, "value_")) for answer in question.answer]


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
