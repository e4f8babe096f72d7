"""What several browser tests do on a page: reach a place with the keyboard alone, weigh the first view."""

LIMIT_BYTES = 60_000
"""What issue 5 asks: the first view under 60 kB compressed."""


def tab_until(page, condition, most=120):
    """Presses Tab until a condition of JavaScript holds."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(condition):
            return
    raise AssertionError(f"the keyboard does not reach where {condition}")


def received_bytes(page, path):
    """Compressed bytes of the first view of a path, without what a service worker keeps for later."""
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    client.send("Network.setBypassServiceWorker", {"bypass": True})  # what it kept already would not be counted
    sizes = []
    client.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.add_init_script("delete Navigator.prototype.serviceWorker")  # what the worker keeps is no part of the view
    page.goto(path)
    page.wait_for_load_state("networkidle")
    return sum(sizes)
