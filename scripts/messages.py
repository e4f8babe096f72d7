"""The catalogue of a language: collects what is to be translated, keeps what is, and compiles it. No gettext needed.

    python scripts/messages.py es       collect into src/keel/web/locale/es and compile
    python scripts/messages.py --list   what a catalogue must have, one text a line

Texts come from the templates, from `_("…")` in the code, and from the rows of the directory that people see. What has
no translation yet stands with an empty one; such a text is shown in English, and a test names it.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from keel.web.language.catalogue import collect, compiled, read, written  # noqa: E402 - after the path

LOCALE = ROOT / "src" / "keel" / "web" / "locale"


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        sys.exit(__doc__)
    wanted = collect()
    if arguments == ["--list"]:
        print("\n".join(message.one for message in wanted))
        return
    folder = LOCALE / arguments[0] / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "django.po"
    held = read(file.read_text()) if file.exists() else {}
    file.write_text(written(arguments[0], wanted, held))
    (folder / "django.mo").write_bytes(compiled(file.read_text()))
    missing = [message.one for message in wanted if not all(held.get(message.key, ("",)))]
    print(f"{len(wanted)} texts, {len(missing)} without a translation")


if __name__ == "__main__":
    main(sys.argv[1:])
