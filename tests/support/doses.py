"""Facts as the pages of the clinic would send them."""

from typing import Any

INFUSION: dict[str, Any] = {
    "substance": "racemic",
    "route": "iv",
    "amount": "35 mg",
    "over": "40 min",
    "start": "2026-11-10T09:30+00:00",
    "setting": "clinic",
}
"""The reference infusion: 35 mg over 40 minutes."""
