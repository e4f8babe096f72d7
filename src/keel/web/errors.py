"""What keeps the web application from starting or writing.

WebError               the text is one line for the person who starts the server
├── DatabaseRefused    a database that could lose or corrupt facts, or its settings
├── PortTaken          another server answers there
├── DemoRefused        demonstration data would be mixed with real data
└── SetupRefused       a first start or a way back in that cannot be
"""


class WebError(Exception):
    """Something that the person who starts the server can fix; the text says how."""


class DatabaseRefused(WebError):
    """The database is too old or set so that acknowledged facts could be lost; trying again does not help."""


class DemoRefused(WebError):
    """The database holds clinics that are not a demonstration; give another folder."""


class SetupRefused(WebError):
    """A setup that did not happen: the clock is wrong, or the account is not there."""


class PortTaken(WebError):
    """Another program answers on the port; two servers on one would share its requests between their databases."""
