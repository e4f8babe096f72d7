"""The ways into the check: the public page, the page inside a service's own site, and a shared screen.

They ask and answer the same; an entrance says where the form is sent, how the page is framed, and what goes around it.
"""

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from keel.web import clock
from keel.web.brands import Brand

LONGEST_SECOND = 12
GRACE = 10
"""Seconds that a form may be under way."""


class Entrance(NamedTuple):
    """A way in: its id, the page around the check, the address its forms go to, the brand where there is one.

    A shared screen also has a number of seconds after which it clears itself, and the second at which it was opened.
    """

    id: str
    base: str
    action: str
    brand: Brand | None = None
    clears_after: int = 0
    opened: int = 0

    @property
    def is_kiosk(self) -> bool:
        """Whether the screen is shared and clears itself."""
        return bool(self.clears_after)


def public() -> Entrance:
    """The page of Keel itself."""
    return Entrance("public", "keel/base.html", reverse("check:check"))


def kiosk() -> Entrance:
    """A shared screen: no way out of the check, and it goes back to the start by itself."""
    return Entrance(
        "kiosk",
        "check/kiosk_base.html",
        reverse("check:kiosk"),
        clears_after=settings.KIOSK_SECONDS,
        opened=int(clock.now().timestamp()),
    )


def has_run_out(request: HttpRequest, entrance: Entrance) -> bool:
    """Whether a form comes from a page that cleared itself since: then Back has sent it, not the one who filled it in.

    Only a page without script says when it was opened; with script there is no sent form to go back to.
    """
    opened = request.POST.get("opened", "")[:LONGEST_SECOND]
    return opened.isdecimal() and entrance.opened - int(opened) > entrance.clears_after + GRACE


def embedded(request: HttpRequest) -> Entrance | None:
    """The check inside the site of the brand that the address names; None for one that nobody configured."""
    name = request.GET.get("brand", "")
    brand = settings.BRANDS.get(name)
    if name and brand is None:
        return None
    address = reverse("check:embed")
    return Entrance("embed", "check/embed_base.html", f"{address}?brand={name}" if brand else address, brand)


def let_frame(response: HttpResponse, brand: Brand | None) -> HttpResponse:
    """Allows the brand's own sites, and no others, to show the page in a frame."""
    if brand is not None and brand.hosts:
        response.xframe_options_exempt = True
        response._csp_replace = {"frame-ancestors": list(brand.hosts)}
        # A frame of another site gets no resource that is for this site only.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
