"""Links within Keel that keep the chosen country, and links that dial or text."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy

from keel.knowledge.directory import Answers, Service, digits
from keel.web.language.words import gettext as _

register = template.Library()


@register.simple_tag(takes_context=True)
def to(context: dict[str, Any], name: str, *args: Any, **query: Any) -> str:
    """The address of a page by its route name; a country that was chosen travels along, as no cookie keeps it."""
    country = context.get("chosen_country")
    wanted = {"country": country, **query} if country else query
    address = reverse(name, args=args)
    return f"{address}?{urlencode(wanted)}" if wanted else address


@register.filter
def dial(service: Service) -> str:
    """The `tel:` address of a service’s phone."""
    plus = "+" if service.phone.strip().startswith("+") else ""
    return f"tel:{plus}{digits(service.phone)}"


@register.filter
def text(service: Service) -> str:
    """The `sms:` address of a service’s text line, with its first word where it needs one."""
    body = f"?{urlencode({'body': service.text_word})}" if service.text_word else ""
    return f"sms:{digits(service.text_to)}{body}"


@register.filter
def told(words: str) -> str:
    """Words of the directory (a name, hours, a cost) in the language of the page, as the catalogue has them."""
    return _(words) if words else ""


_ANSWERS = {
    Answers.ALWAYS: gettext_lazy("Answers at any hour, by phone"),
    Answers.ALWAYS_WRITTEN: gettext_lazy("Answers at any hour, by text or chat"),
    Answers.AT_HOURS: gettext_lazy("Answers at the hours shown"),
    Answers.HOURS_UNKNOWN: gettext_lazy("Hours not known: try, or see their page"),
    Answers.ELSEWHERE: gettext_lazy("A page to read, or a place to go"),
}


@register.filter
def answers_words(answers: Answers) -> str:
    """When and how somebody answers, in words."""
    return str(_ANSWERS[answers])


@register.filter
def says_more(service: Service) -> bool:
    """Whether `how` says more than the buttons do: “Call” beside a number does not."""
    return len(service.how.split()) > 4 or bool(service.how and not (service.phone or service.text_to))


@register.filter
def tells_something(service: Service) -> bool:
    """Whether anything is known beside how to reach it."""
    return bool(service.audience or service.hours or service.cost or service.confidentiality or service.languages)


@register.filter
def not_told(service: Service) -> str:
    """What is not known about a service, in one line; unknown is said, and takes no line each."""
    facts = (
        (service.audience, _("for whom")),
        (service.hours, _("hours")),
        (service.cost, _("cost")),
        (service.confidentiality, _("what they pass on")),
    )
    return ", ".join(words for value, words in facts if not value)
