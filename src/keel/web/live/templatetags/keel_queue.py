"""What a page of a session needs to go on without a connection."""

import json
from typing import Any

from django import template

from keel.web.live.actions import DEEDS
from keel.web.live.local_limits import local_limits
from keel.web.live.rules import rules_of

register = template.Library()


@register.inclusion_tag("live/queue.html", takes_context=True)
def device_queue(context: Any) -> dict[str, Any]:
    """The entries that wait on this device, what is asked of a gate first, and the limits of single values."""
    live = context["live"]
    names = ("live", "clinic", "here", "part", "request", "lock_minutes")
    limits = local_limits(rules_of(live.rules).protocols[live.protocol])
    return {**{one: context.get(one) for one in names}, "deeds": DEEDS, "limits": json.dumps(limits)}
