"""The worked notebook runs from top to bottom, and each of its charts passes Vega-Lite's schema."""

import os
import sys
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebooks" / "ketamine-in-the-blood.ipynb"
MIME = "image/svg+xml"


def _read():
    import nbformat

    return nbformat.read(NOTEBOOK, as_version=4)


def test_the_notebook_is_kept_without_outputs():
    """Outputs would be figures that no one recomputes."""
    assert all(not cell.get("outputs") for cell in _read().cells)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning", "ignore::ResourceWarning")
def test_the_notebook_runs_and_draws(monkeypatch, tmp_path):
    from nbclient import NotebookClient

    # The kernel of this interpreter, whatever kernels the machine has; its files stay in the test's folder.
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    notebook = _read()
    NotebookClient(
        notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    drawn = [output for cell in notebook.cells for output in cell.get("outputs", []) if MIME in output.get("data", {})]
    assert len(drawn) == 5
