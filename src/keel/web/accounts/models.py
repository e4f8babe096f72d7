"""Users, and the PIN with which a locked screen opens again.

A model of our own from the start, because Django cannot change it later. Who may do what in a clinic is not here.
"""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A member of staff; what they may do follows from the roles that they hold in a clinic.

    `username` is the name in the audit and never changes; `is_made_up` marks the staff of a demonstration, who alone
    sign in without a second factor.
    """

    display_name = models.CharField(max_length=200, blank=True)
    is_made_up = models.BooleanField(default=False)

    def get_full_name(self) -> str:
        """The name for the screen."""
        return str(self.display_name or self.get_username())


class Pin(models.Model):
    """A hashed PIN. It opens a screen that its person locked, and nothing else: no log-in, no dangerous act."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="pin")
    digest = models.CharField(max_length=128)

    def __str__(self) -> str:
        return f"PIN of {self.user_id}"
