"""What the pages say of messages out."""

from django import template

from keel import knowledge
from keel.web import clock
from keel.web.clinic.models import Clinic
from keel.web.language.words import gettext as _
from keel.web.outbox.models import Channel
from keel.web.outbox.queries import Standing, lost_messages

register = template.Library()


@register.filter
def standing_words(standing: str) -> str:
    """How a message stands."""
    return {
        Standing.WAITING: _("waits"),
        Standing.SENDING: _("is being sent"),
        Standing.SENT: _("sent"),
        Standing.DEAD: _("given up"),
        Standing.BOUNCED: _("came back"),
    }[Standing(standing)]


@register.filter
def channel_words(channel: str) -> str:
    """The way of a message."""
    return {Channel.EMAIL: _("by e-mail"), Channel.TEXT: _("by text message")}[Channel(channel)]


@register.filter
def template_title(name: str) -> str:
    """What a message says, in a line."""
    one = knowledge.load().message_templates.get(name)
    return _(one.title) if one else name


@register.simple_tag
def lost_count(clinic: Clinic) -> int:
    """How many messages of a clinic did not arrive and wait for somebody to take note."""
    return len(lost_messages(clinic, clock.now()))
