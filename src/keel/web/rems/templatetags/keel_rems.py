"""Words of forms, reports and the stock for the pages."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import ngettext

from keel import knowledge
from keel.assessment.rems.deadline import Due
from keel.assessment.rems.standing import FormState
from keel.assessment.session.form_fields import FieldAnswer
from keel.knowledge.sessions import StockProduct
from keel.web.language.words import gettext as _
from keel.web.rems import fields

register = template.Library()
register.filter("answer_words", fields.answer_words)
register.filter("section_words", fields.section_words)
register.filter("moment_words", fields.moment_words)


@register.filter
def of_name(values: Mapping[str, Any], name: str) -> Any:
    """The value of a name."""
    return values.get(name, "")


@register.filter
def title_of(products: Mapping[str, StockProduct], name: str) -> str:
    """The title of a product; its name where it is not known any more."""
    return products[name].title if name in products else name


@register.filter
def counted(value: Decimal, product: str) -> str:
    """An amount of a product with the unit in which it is counted."""
    known = knowledge.load().stock_products.get(product)
    if known is not None and known.is_whole:
        return str(ngettext("%(count)s device", "%(count)s devices", int(value)) % {"count": exact(value)})
    return f"{exact(value)} mL"


@register.filter
def exact(value: Decimal) -> str:
    """An exact amount, without zeros at its end."""
    return f"{value.normalize():f}"


@register.filter
def signed(value: Decimal) -> str:
    """A difference with its sign."""
    return f"{value.normalize():+f}".replace("-", "−")


@register.filter
def in_field(one: FieldAnswer, typed: Mapping[str, str]) -> str:
    """What stands in the field: what was typed just now, else what was written in."""
    if typed:
        return typed.get(one.id, "")
    if isinstance(one.value, bool):
        return "yes" if one.value else "no"
    return "" if one.value is None else f"{one.value:g}" if isinstance(one.value, float) else str(one.value)


@register.filter
def due_words(due: Due) -> str:
    """Where a form stands against its last day."""
    return {
        Due.OPEN: _("to be sent"),
        Due.SOON: _("due soon"),
        Due.OVERDUE: _("overdue"),
        Due.ON_TIME: _("sent in time"),
        Due.LATE: _("sent late"),
    }[due]


@register.filter
def form_state_words(state: FormState) -> str:
    """How far a form is."""
    return {
        FormState.OPEN: _("not signed"),
        FormState.SIGNED: _("signed, not sent"),
        FormState.SENT: _("went out, no receipt yet"),
        FormState.RECEIPTED: _("confirmed by the programme"),
    }[state]
