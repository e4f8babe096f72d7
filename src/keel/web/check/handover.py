"""What the page to hand over says in clinical terms, taken from the picture. Nothing is worked out here."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.formats import date_format

from keel.exposure import Exposure
from keel.findings import Finding
from keel.knowledge import Knowledge
from keel.knowledge.instruments import Instrument, ItemKind
from keel.knowledge.texts import plain
from keel.reports.documents import HandOver, Part, Row, Scale
from keel.web.check import choices, steps
from keel.web.check.picture import CheckPicture
from keel.web.language import texts
from keel.web.language.quantities import amount, multiple
from keel.web.language.rendering import plain as in_words
from keel.web.language.words import gettext as _
from keel.web.language.words import numbers as in_figures
from keel.web.picture.queries import as_typed, danger_words, fact_words

SCALE_ENDS = (100.0, 1_000_000.0)
MARKS = ((100.0, "100 mg"), (1e3, "1 g"), (1e4, "10 g"), (1e5, "100 g"), (1e6, "1 kg"))


class _Sources:
    """Works in the order in which they are first named."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._ids: dict[str, int] = {}

    def numbers(self, ids: Iterable[str]) -> tuple[int, ...]:
        known = [self._knowledge.sources[one].id for one in ids if one in self._knowledge.sources]
        return tuple(self._ids.setdefault(one, len(self._ids) + 1) for one in dict.fromkeys(known))

    def citations(self) -> tuple[str, ...]:
        return tuple(self._knowledge.sources[one].citation for one in self._ids)


def handover_of(shown: CheckPicture, fields: Mapping[str, Any], *, knowledge: Knowledge) -> HandOver:
    """The page for a picture and the fields that were filled in."""
    sources = _Sources(knowledge)
    made = [
        _urgent(shown),
        _exposure(shown, sources),
        _band(shown, sources),
        _answered(_("Lower urinary tract, last 4 weeks"), steps.BLADDER, shown),
        _answered(_("Other signs, last 4 weeks"), steps.SIGNS, shown),
        _part(_("Also told"), items=_ticked(choices.FITS, fields, "fits")),
        _medicines(shown, fields, sources),
        _dependence(shown),
        _mood(shown),
        _part(_("What matters to the person"), items=_ticked(choices.MATTERS, fields, "matters")),
        _unknown(shown),
    ]
    day = date_format(shown.picture.as_of, "DATE_FORMAT")
    return HandOver(
        language=texts.language(),
        title=_("Ketamine: a page to hand over"),
        lead=_("Told by the person on %(day)s to Keel, an anonymous check. Self-report, not verified.") % {"day": day},
        parts=tuple(part for part in made if part is not None),
        scale=_scale(shown),
        sources_heading=_("Sources"),
        sources=sources.citations(),
        footer=_("Made on request and kept nowhere. Not a diagnosis. Rules %(rules)s, facts %(hash)s.")
        % {"rules": shown.band_set.id + "/" + shown.band_set.version, "hash": knowledge.hash[:12]},
        page=_("Page"),
    )


def _part(heading: str, rows: Iterable[Row] = (), items: Iterable[str] = (), *, urgent: bool = False) -> Part | None:
    part = Part(heading=heading, rows=tuple(rows), items=tuple(items), is_urgent=urgent)
    return part if part.rows or part.items else None


def _sentence(finding: Finding) -> str:
    text = plain(in_words(finding.summary))
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _urgent(shown: CheckPicture) -> Part | None:
    items = [_sentence(finding) for finding in shown.urgent]
    if shown.speaks_of_suicide:
        items.insert(0, _("PHQ-9 item 9 was answered above zero: thoughts of being dead or of self-harm. Ask today."))
    return _part(_("Needs attention first"), items=items, urgent=True)


def _exposure(shown: CheckPicture, sources: _Sources) -> Part | None:
    exposure = shown.picture.exposure
    if not shown.has_exposure:
        return None
    rows = [Row(_("As told"), "; ".join(pattern.text for pattern in shown.record.patterns))]
    rows = rows if shown.record.patterns else []
    days_28 = _("not known") if exposure.days_in_28 is None else in_figures(f"{exposure.days_in_28:g}")
    many = len(exposure.by_route) > 1
    if not many:
        rows.append(Row(_("Amount on a using day"), amount(exposure.mg_per_session, "mg")))
    rows += [
        Row(_("Using days a year"), amount(exposure.sessions_per_year_range)),
        Row(_("Days in the last 28"), days_28),
    ]
    numbers = sources.numbers(exposure.reference.sources)
    for total in exposure.by_route:
        rows += (
            [Row(in_words(total.name.capital()), in_words(total.text), numbers)] if many else _total(exposure, numbers)
        )
    if many and exposure.absorbed:
        cited = sources.numbers(exposure.absorbed.sources)
        rows.append(Row(_("Absorbed, all routes"), in_words(exposure.absorbed.text), cited))
    if exposure.assumption:
        rows.append(Row(_("Assumption"), in_words(exposure.assumption)))
    return _part(_("Exposure"), rows)


def _total(exposure: Exposure, numbers: tuple[int, ...]) -> list[Row]:
    """A year, a lifetime and the multiple of one substance by one route."""
    times = exposure.multiple_range
    value = f"{multiple(times)} × {in_figures(f'{exposure.reference.mg_per_year:,g}')} mg" if times else _("not known")
    return [
        Row(_("In a year"), amount(exposure.mg_per_year, "mg")),
        Row(_("So far, in all"), amount(exposure.cumulative_mg, "mg")),
        Row(_("Multiple of the reference course"), value, numbers),
    ]


def _band(shown: CheckPicture, sources: _Sources) -> Part | None:
    band = shown.picture.exposure.band
    if band is None:
        return None
    level = f"{band.id} {_('or higher')}" if band.at_least else f"{band.id}, {in_words(band.name)}"
    numbers = sources.numbers(shown.band_finding.sources if shown.band_finding else ())
    rows = [
        Row(_("Band (triage, not diagnosis)"), level, numbers),
        Row(_("Rule"), "; ".join(in_words(one) for one in band.says)),
    ]
    if band.at_least:
        rows.append(Row(_("Could rise with"), ", ".join(fact_words(fact) for fact in band.could_rise_with)))
    prompts = shown.band.prompts if shown.band else ()
    return _part(
        _("Follow-up band"),
        rows,
        [f"{_('To consider')}: {'; '.join(in_words(one) for one in prompts)}"] if prompts else (),
    )


def _answered(heading: str, name: str, shown: CheckPicture) -> Part | None:
    """The answers to a questionnaire of yes and no, in clinical terms."""
    instrument, given = texts.instrument(name), shown.answers_to(name)
    if not given:
        return None
    named = [(item.theme or item.text, given.get(item.id), item.kind) for item in instrument.items]
    yes = [name for name, value, kind in named if kind is ItemKind.CHOICE and value == 1]
    no = [name for name, value, kind in named if kind is ItemKind.CHOICE and value == 0]
    open_ones = [name for name, value, kind in named if kind is ItemKind.CHOICE and value is None]
    rows = [Row(_("Yes"), ", ".join(yes) or _("none")), Row(_("No"), ", ".join(no) or _("none"))]
    rows += [
        Row(f"{name[:1].upper()}{name[1:]}", str(value))
        for name, value, kind in named
        if kind is not ItemKind.CHOICE and value is not None
    ]
    if open_ones:
        rows.append(Row(_("Not answered"), ", ".join(open_ones)))
    return _part(heading, rows)


def _ticked(options: choices.Choices, fields: Mapping[str, Any], field: str) -> list[str]:
    return [str(options[name]) for name in fields.get(field, ())]


def _medicines(shown: CheckPicture, fields: Mapping[str, Any], sources: _Sources) -> Part | None:
    rows = []
    for item in shown.picture.interactions.items:
        words = danger_words(item.severity) if item.severity else _("nothing on file; not the same as none")
        if item.is_unchecked:
            words = _("not recognised, not checked")
            if item.could_be:
                words = _("not confirmed, not checked; could be: %(danger)s") % {"danger": danger_words(item.could_be)}
        if item.status == "not_taken":
            words = _("read as not taken now")
        numbers = sources.numbers(one for finding in item.findings for one in finding.sources[:1])
        rows.append(Row(as_typed(item.input), words, numbers))
    if daily := _ticked(choices.DAILY, fields, "daily"):
        rows.append(Row(_("Daily or nearly so"), ", ".join(daily)))
    return _part(_("Medicines and other drugs with ketamine"), rows)


def _dependence(shown: CheckPicture) -> Part | None:
    rows = [_score_row(score, texts.instrument(score.instrument)) for score in shown.picture.scores
            if score.instrument in (steps.DEPENDENCE, steps.GRIP)]  # fmt: skip
    return _part(_("Dependence"), rows, shown.problem_yes)


def _mood(shown: CheckPicture) -> Part | None:
    rows = [_score_row(score, texts.instrument(score.instrument)) for score, _findings in shown.mood_scores]
    return _part(_("Questionnaires"), rows)


def _score_row(score: Any, instrument: Instrument) -> Row:
    name = in_words(instrument.name)
    if score.total is None:
        low, high = score.bounds.least, score.bounds.most
        value = _("incomplete") if low is None else _("incomplete: %(low)s to %(high)s") % {"low": low, "high": high}
        return Row(name, value)
    most = f"/{score.range.most}" if score.range.most is not None else ""
    return Row(name, f"{score.total}{most}{f', {in_words(score.band)}' if score.band else ''}")


def _unknown(shown: CheckPicture) -> Part | None:
    about_curve = shown.picture.curve.reasons
    items = [in_words(line) for line in shown.picture.unknown if line not in about_curve]
    return _part(_("Not known (not the same as no, or zero)"), items=items)


def _scale(shown: CheckPicture) -> Scale | None:
    total = shown.picture.exposure.by_route[0] if len(shown.picture.exposure.by_route) == 1 else None
    year = total.mg_per_year if total else None
    if year is None or not shown.scale:
        return None
    least, most = SCALE_ENDS
    reference = shown.picture.exposure.reference.mg_per_year
    held = year.each(lambda mg: min(max(mg, least), most))
    return Scale(
        least=least,
        most=most,
        reference=reference,
        low=held.low,
        mid=held.mid,
        high=held.high,
        words=in_words(shown.scale["words"]),
        label=f"{amount(year, 'mg')} {_('a year')}",
        reference_label=_("Reference course %(mg)s mg") % {"mg": in_figures(f"{reference:,g}")},
        marks=MARKS,
    )
