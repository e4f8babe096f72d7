"""Every Python that a test starts reads this (by PYTHONPATH) and has the test's clock: see `support/clock.py`."""

import os

if shift := os.environ.get("TEST_CLOCK_SHIFT"):
    import time

    import time_machine

    time_machine.travel(time.time() + float(shift), tick=True).start()
