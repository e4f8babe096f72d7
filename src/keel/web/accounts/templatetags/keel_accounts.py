"""Passkeys in a page (whether they work here, what the browser is asked), and who else is at this screen."""

import ipaddress
import json
from typing import Any

from allauth.usersessions.models import UserSession
from django import template

from keel.web.accounts.tablet import set_aside

register = template.Library()


@register.simple_tag(takes_context=True)
def passkeys_work(context: dict[str, Any]) -> bool:
    """Whether the browser offers passkeys here: by name over HTTPS or at localhost, never by number."""
    request = context["request"]
    host = request.get_host().rsplit(":", 1)[0].strip("[]")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(request.is_secure()) or host == "localhost"
    return False


@register.simple_tag(takes_context=True)
def people_here(context: dict[str, Any]) -> list[UserSession]:
    """The sessions of others that are set aside at this screen."""
    return set_aside(context["request"])


@register.filter
def as_json(value: Any) -> str:
    """The value as JSON for an attribute of the page, where a script of ours reads it."""
    return json.dumps(value)
