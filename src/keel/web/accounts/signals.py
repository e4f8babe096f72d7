"""What the accounts tell to whoever keeps an audit. Log-ins and second factors have the signals of allauth."""

from django.dispatch import Signal

refused = Signal()
"""A try to get in was refused: `request`, `user` (whose account was tried), `why`: `password`, `locked_out`, `pin`."""
ended = Signal()
"""Other sessions of a person were ended: `request`, `user`, `count`."""
unlocked = Signal()
"""A locked screen was opened again: `request`, `user`."""
