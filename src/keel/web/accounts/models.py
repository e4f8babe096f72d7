"""Users. A model of our own from the start, because Django cannot change it later."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A member of staff; what they may do follows from their membership in a clinic."""
