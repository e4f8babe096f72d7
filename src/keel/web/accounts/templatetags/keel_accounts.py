"""Passkeys in a page: whether they work at this address, and what the browser is to be asked."""

import ipaddress
import json
from typing import Any

from django import template

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


@register.filter
def as_json(value: Any) -> str:
    """The value as JSON for an attribute of the page, where a script of ours reads it."""
    return json.dumps(value)
