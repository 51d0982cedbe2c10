"""What happens to those who sign in, for whoever keeps a record of it. Nothing here depends on who listens.

Django's own signals tell of success and failure, of pages and of the token route alike:
`django.contrib.auth.signals.user_logged_in`, `user_login_failed` (of a wrong code, too) and `user_logged_out`.
Enrolling and its end are `allauth.mfa.signals.authenticator_added`, `authenticator_removed`, `authenticator_reset`.
"""

from django.dispatch import Signal

# An attempt was refused unjudged. ``credentials``: {"username"}; ``request``.
locked_out = Signal()
# ``user``, ``token``, ``request``.
token_issued = Signal()
# ``user`` whose it was, ``tokens``: how many, ``request`` if there was one.
tokens_revoked = Signal()
# By an administrator. ``user`` whose it was.
second_factor_removed = Signal()
# Signed out everywhere. ``user``, ``tokens``: how many ended with it, ``request`` if there was one.
credentials_ended = Signal()
