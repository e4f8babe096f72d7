"""Words of alarm in free text: an emergency, thoughts of suicide, a sign of the body. They are answered first.

The words are those of the one vocabulary of clinical concepts, with their denial, past and family; which concepts are
an alarm is data (concepts/alarms.csv). A lone word that also means other things (“blue”, “fitting”), and what is told
of the past (“a fit last year”), asks first.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from keel.exposure import SymptomFacts
from keel.findings import Finding, Reason, Severity
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.concepts import AlarmKind, State
from keel.messages import Message, both
from keel.record.concepts import Mention, read_concepts

STANDS = (State.PRESENT, State.SUSPECTED)
RULE = "alarm-words"
"""The rule of the findings, before the kind."""


_CUT = "\0"
MOST_JOINING = 3
"""Words beside an alarm that are part of how it is said: “her … ”, “and now he is …”."""


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed of one kind, in the person's own words; `asks` where it may mean something else, or is past."""

    kind: AlarmKind
    words: tuple[str, ...]
    concepts: tuple[str, ...] = ()
    asks: bool = False


def alarms_in(texts: Iterable[str], knowledge: Knowledge, *, of_search: bool = False) -> tuple[Alarm, ...]:
    """The alarms of all texts, the most pressing kind first; in any language that Keel reads.

    In the words `of_search` one that may mean something else (“overdose deaths”) asks wherever it stands.
    """
    found: dict[AlarmKind, list[tuple[str, str, bool]]] = {}
    for text in texts:
        for mention in _mentions(text, knowledge):
            row = knowledge.alarm_concepts[mention.concept]
            words = text[mention.start : mention.end]
            is_lone = words.strip(" .!?¿¡").casefold() in row.lone and (of_search or _is_alone(text, mention))
            found.setdefault(row.kind, []).append((words, mention.concept, is_lone or mention.state.is_over))
    return tuple(
        Alarm(
            kind=kind,
            words=tuple(dict.fromkeys(words for words, _, _ in found[kind])),
            concepts=tuple(dict.fromkeys(concept for _, concept, _ in found[kind])),
            asks=all(is_open for _, _, is_open in found[kind]),
        )
        for kind in AlarmKind
        if kind in found
    )


def without_alarms(text: str, knowledge: Knowledge) -> str:
    """The text without the words that were an alarm, and without the few that only joined them to the rest."""
    for mention in sorted(_mentions(text, knowledge), key=lambda one: -one.start):
        text = f"{text[: mention.start]}{_CUT}{text[mention.end :]}"
    pieces = (piece for part in re.split(r"[,;!?\n]+|\.(?!\d)", text) for piece in _of_part(part))
    return ", ".join(piece for piece in pieces if piece)


def _of_part(part: str) -> Iterable[str]:
    """What is left of a part between two commas: all of it, or what is more than joins an alarm to the rest."""
    if _CUT not in part:
        return [part.strip()]
    left = (piece.strip() for piece in part.split(_CUT))
    return [piece for piece in left if re.search(r"\d", piece) or len(piece.split()) > MOST_JOINING]


def alarm_finding(alarm: Alarm) -> Finding:
    """What a person who typed this is told first."""
    words = both(Message("“{text}”", text=word) for word in alarm.words)
    if alarm.asks:
        summary = Message("{words}: is this about somebody who is unwell right now?", words=words)
        severity, step = Severity.WARN, _NEXT[AlarmKind.EMERGENCY]
        step = Message("If yes: {step}", step=step)
    else:
        summary = _says(alarm.kind, words)
        severity, step = _SEVERITY[alarm.kind], _NEXT[alarm.kind]
    return Finding(
        rule=f"{RULE}:{alarm.kind}",
        severity=severity,
        subject="alarm",
        summary=summary,
        why=tuple(Reason(Message("typed"), word) for word in alarm.words),
        confidence=Certainty.DEFAULT,
        next_step=step,
    )


def _says(kind: AlarmKind, words: Message) -> Message:
    if kind is AlarmKind.EMERGENCY:
        return Message("{words}: this can be an emergency. Call the emergency number now.", words=words)
    if kind is AlarmKind.CRISIS:
        return Message("{words}: you do not have to be alone with this. Talk to somebody now.", words=words)
    return Message("{words}: this is a sign of the body that a doctor should hear of.", words=words)


_NEXT = {
    AlarmKind.EMERGENCY: Message(
        "Call the emergency number. Stay with the person; if they breathe and cannot be woken, lay them on their side."
    ),
    AlarmKind.CRISIS: Message(
        "In danger now, call the emergency number. Otherwise call a crisis line, or tell somebody near you."
    ),
    AlarmKind.BODY: Message("Answer the questions about the body: they say how soon to be seen."),
}
_SEVERITY = {AlarmKind.EMERGENCY: Severity.BLOCK, AlarmKind.CRISIS: Severity.BLOCK, AlarmKind.BODY: Severity.WARN}


def alarm_findings(alarms: Sequence[Alarm]) -> tuple[Finding, ...]:
    """A finding for each alarm, in their order."""
    return tuple(alarm_finding(alarm) for alarm in alarms)


def alarm_symptoms(alarms: Sequence[Alarm], knowledge: Knowledge) -> SymptomFacts:
    """What alarms say of the band: a red flag each emergency and crisis, a urinary symptom where the words are one."""
    certain = [alarm for alarm in alarms if not alarm.asks]
    urgent = [alarm for alarm in certain if alarm.kind is not AlarmKind.BODY]
    facts = {name for alarm in certain for concept in alarm.concepts for name in knowledge.concepts[concept].now}
    return SymptomFacts(
        urinary_symptoms=True if "urinary_symptoms" in facts else None,
        red_flags=tuple(word for alarm in urgent for word in alarm.words),
    )


def _mentions(text: str, knowledge: Knowledge) -> list[Mention]:
    named = [one for one in read_concepts(text, None, knowledge).mentions if one.concept in knowledge.alarm_concepts]
    return [
        one
        for one in named
        if (one.state in STANDS or _is_past_danger(one, knowledge)) and not _is_how_often(text, one, knowledge)
    ]


def _is_how_often(text: str, mention: Mention, knowledge: Knowledge) -> bool:
    """Whether a word that also says how often something is taken stands behind an amount: “1000 mg od”."""
    word = text[mention.start : mention.end].strip(" .").casefold()
    return word in knowledge.dose_words and bool(re.search(r"\d\s*[^\W\d]{0,12}\s*$", text[: mention.start]))


def _is_past_danger(mention: Mention, knowledge: Knowledge) -> bool:
    """Whether an emergency or thoughts of suicide were told of the past: they are asked about, not answered as now."""
    return mention.state is State.PAST and knowledge.alarm_concepts[mention.concept].kind is not AlarmKind.BODY


def _is_alone(text: str, mention: Mention) -> bool:
    """Whether nothing but signs stands beside a mention."""
    return not re.search(r"\w", text[: mention.start] + text[mention.end :])
