"""The end of sessions and tokens."""

from django.contrib.auth import update_session_auth_hash
from django.db.models import F
from django.http import HttpRequest

from accounts import events
from accounts.models import User
from common.transactions import atomic


@atomic
def end_everything(user: User, *, but: HttpRequest | None = None) -> None:
    """Sign ``user`` out everywhere, but of the session of one request, and end all their tokens."""
    User.objects.filter(pk=user.pk).update(credentials_version=F("credentials_version") + 1)
    user.refresh_from_db(fields=["credentials_version"])
    revoked, _ = user.tokens.all().delete()
    if but is not None:
        update_session_auth_hash(but, user)
    events.credentials_ended.send(sender=User, user=user, tokens=revoked, request=but)
