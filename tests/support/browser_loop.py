"""The event loop that Playwright leaves running in the thread of the tests: hidden from all but its own tests."""

from asyncio import AbstractEventLoop, events

_hidden: list[AbstractEventLoop] = []


def hide() -> None:
    """Lets the thread look as if no loop ran in it, until `show`."""
    if (loop := events._get_running_loop()) is not None:
        _hidden.append(loop)
        events._set_running_loop(None)


def show() -> None:
    """Gives the thread the loop back that was hidden, if one was."""
    if _hidden:
        events._set_running_loop(_hidden.pop())
