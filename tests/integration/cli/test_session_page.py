"""The page on recording a session, followed to the letter."""

import re
import shlex
from pathlib import Path

from keel.interop import read_session
from keel.knowledge import load
from support.command import keel_here

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "record-a-session.md"


def test_every_command_of_the_page_works_in_its_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dana.json").write_text('{"person": {"age": 34}, "doses": []}', encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    assert len(lines) > 10
    for line in lines:
        _, *words = shlex.split(line)
        target = words.pop() if ">" in words else ""
        words = [word for word in words if word != ">"]
        done = keel_here(*words)
        wanted = (0,) if words[1] in ("add", "--template") else (0, 1)
        assert done.returncode in wanted, (line, done.stderr)
        if target:
            (tmp_path / target).write_text(done.stdout, encoding="utf-8")
    kinds = [event.kind for event in read_session((tmp_path / "session.json").read_bytes(), knowledge=load()).events]
    assert kinds[:3] == ["started", "vitals_recorded", "checked"]
    assert kinds[-3:] == ["overridden", "handed_over", "handed_over"]
