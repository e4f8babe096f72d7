"""Why a resource is not read; caught by the reader, which reports it."""


class NotTaken(Exception):
    """A resource that does not become a fact; the text is the reason, shown to people."""
