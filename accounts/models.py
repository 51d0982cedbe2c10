"""Who may sign in."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person or program that signs in. Django's own fields; ours are added here, never in a second table."""
