"""Where the public data and references lie, beside the project's root; tests that need them skip without."""

import os
from pathlib import Path

import pytest


def shared_folder(*parts: str) -> Path:
    """The path under the shared folder; skips the test, with the reason, where it is absent."""
    root = Path(os.environ.get("KEEL_SHARED", Path(__file__).parents[3] / "shared"))
    path = root.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the public data {'/'.join(parts) or root.name} is not beside this checkout")
    return path
