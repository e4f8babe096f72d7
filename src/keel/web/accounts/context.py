"""What the frame of the staff needs of the settings."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def lock(request: HttpRequest) -> dict[str, Any]:
    """`lock_minutes`: after how many minutes without anybody there the page locks."""
    return {"lock_minutes": settings.LOCK_MINUTES}
