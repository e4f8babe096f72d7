"""A made-up evening as a monitor sends it: for demonstrations and tests, in the form that `hl7_vitals` reads."""

import datetime as dt
import random
from collections.abc import Callable, Iterator

CUFF_EVERY_MIN = 10
_HEAD = (
    "MSH|^~\\&|VITALGW^{device}^EUI-64|CLINIC|KEEL|CLINIC|{now}||ORU^R01^ORU_R01|{name}|P|2.6|||AL|NE||UNICODE UTF-8"
)
_ROWS = {
    "150021^MDC_PRESS_BLD_NONINV_SYS^MDC": "266016^MDC_DIM_MMHG^MDC",
    "150022^MDC_PRESS_BLD_NONINV_DIA^MDC": "266016^MDC_DIM_MMHG^MDC",
    "149530^MDC_PULS_OXIM_PULS_RATE^MDC": "264864^MDC_DIM_BEAT_PER_MIN^MDC",
    "150456^MDC_PULS_OXIM_SAT_O2^MDC": "262688^MDC_DIM_PERCENT^MDC",
    "151562^MDC_RESP_RATE^MDC": "264928^MDC_DIM_RESP_PER_MIN^MDC",
}


def messages(device: str, minutes: int, *, seed: int, now: Callable[[], dt.datetime]) -> Iterator[str]:
    """A message a minute: pressure and pulse rise over a dose and come down again, the oxygen probe falls off once."""
    dice = random.Random(seed)  # noqa: S311 - a made-up evening
    lost = range(minutes // 3, minutes // 3 + 4)
    for minute in range(minutes):
        share = max(0.0, 1 - abs(minute - 35) / 60)
        cuff = minute % CUFF_EVERY_MIN == 0
        values: list[float | None] = [
            round(122 + 22 * share + dice.gauss(0, 3)) if cuff else None,
            round(76 + 10 * share + dice.gauss(0, 2)) if cuff else None,
            round(70 + 12 * share + dice.gauss(0, 2)),
            round(min(100.0, 98 - 2 * share + dice.gauss(0, 0.6))),
            round(14 + dice.gauss(0, 1)),
        ]
        at = now().astimezone(dt.UTC).strftime("%Y%m%d%H%M%S+0000")
        rows = [_HEAD.format(device=device, now=at, name=f"E{seed}-{minute:04}-{at[8:14]}"), f"OBR|1||||||{at}"]
        for number, ((code, unit), value) in enumerate(zip(_ROWS.items(), values, strict=True), 1):
            if "SAT_O2" in code and minute in lost:
                rows.append(f"OBX|{number}|NM|{code}|1.2.1.1||{unit}||NAV|||X|||{at}||||{device}^^{device}^EUI-64")
            elif value is not None:
                rows.append(
                    f"OBX|{number}|NM|{code}|1.1.1.1|{value:g}|{unit}|||||R|||{at}||||{device}^^{device}^EUI-64"
                )
        yield "\r".join(rows) + "\r"


def framed(text: str) -> bytes:
    """The message between the marks of MLLP."""
    return b"\x0b" + text.encode() + b"\x1c\r"
