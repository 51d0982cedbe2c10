"""`Idempotency-Key`: a POST may be sent again, and does nothing twice.

The key is claimed first and its answer stored last, in the one transaction of what is done: there is never a booking
without its key, nor a key without its booking. Who comes second waits in the database for the first, and is then
given the same bytes. What fails leaves no key behind, and may be tried again with it.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.errors import BadKey, KeyReused, StillInFlight
from accounts.models import IdempotencyKey, User
from appointments.permissions import visible_to
from common import clock, trail
from common.ids import is_id
from common.transactions import atomic, is_lost_race
from patients.models import Patient

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
# What of an answer's head tells of its body; the rest is made anew each time.
KEPT_HEADERS = ("Content-Type", "ETag", "Location")
# Each request that stores a key takes away a few old ones, so that there are never many.
CLEARED_AT_ONCE = 10

Handler = Callable[..., HttpResponseBase]


def once(view: APIView, handler: Handler) -> Handler:
    """``handler``, of a request with the header: carried out the first time, and only answered from then on.

    The whole of it is tried again where the database reports a lost race. Raises BadKey, KeyReused, StillInFlight or
    what the handler raises.
    """

    def carried_out(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.headers[HEADER]
        if not KEY.fullmatch(key):
            raise BadKey
        return carry_out(request, key, *args, **kwargs)

    @atomic
    def carry_out(request: Request, key: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        kept = _claim(request, key)
        if kept.status is not None:
            _refuse_what_is_not_theirs_any_more(request, kept)
            return _replay(kept, view)
        answer = handler(request, *args, **kwargs)
        if answer.status_code // 100 == 2:
            _keep(kept, view, request, cast(Response, answer))
        else:
            transaction.set_rollback(True)
        return answer

    return carried_out


def _claim(request: Request, key: str) -> IdempotencyKey:
    fingerprint = _fingerprint(request)
    try:
        kept = IdempotencyKey.objects.claim(
            user=cast(User, request.user), key=key, fingerprint=fingerprint, now=clock.now()
        )
    except OperationalError as error:
        if is_lost_race(error):  # the first one has had its turn for longer than anybody waits for a lock
            raise StillInFlight from error
        raise
    if kept.fingerprint != fingerprint:
        raise KeyReused
    return kept


def _fingerprint(request: Request) -> str:
    """What the request asks for, as it was understood: how a client spaces its JSON or cuts up a form is no matter.

    And as whom: what was answered in one role may show what another must not see.
    """
    user = cast(User, request.user)
    data = request.data
    if isinstance(data, MultiValueDict):
        data = dict(data.lists())
    asked = json.dumps([user.acts_as, request.method, request.get_full_path(), data], sort_keys=True, default=str)
    return hashlib.sha256(asked.encode()).hexdigest()


def _refuse_what_is_not_theirs_any_more(request: Request, kept: IdempotencyKey) -> None:
    """Raise NotFound where the patient, whom the request or its answer is about, is none of the user's any more."""
    for told in (request.data, json.loads(bytes(kept.body) or b"null")):
        patient: Any = told.get("patient") if isinstance(told, Mapping) else None
        patient = patient.get("id") if isinstance(patient, Mapping) else patient  # a merge shows the whole record
        if not is_id(patient):  # nothing, or what nobody has read
            continue
        if not visible_to(cast(User, request.user), Patient.objects.filter(pk=patient)).exists():
            raise NotFound


def _keep(kept: IdempotencyKey, view: APIView, request: Request, answer: Response) -> None:
    view.finalize_response(request, answer)
    kept.status, kept.body = answer.status_code, answer.render().content
    kept.headers = {name: answer[name] for name in KEPT_HEADERS if name in answer}
    kept.save()
    IdempotencyKey.objects.clear_expired(clock.now(), most=CLEARED_AT_ONCE)


def _replay(kept: IdempotencyKey, view: APIView) -> HttpResponse:
    assert kept.status
    shown, noun = json.loads(bytes(kept.body) or b"null"), getattr(view, "noun", "")
    patients = list(_patients_in(shown, noun))
    created = [shown["id"]] if getattr(view, "action", "") == "create" and "id" in (shown or ()) else []
    trail.saw_again(objects=patients if noun == "patient" else created, patients=patients)
    trail.tell(replayed=True)
    return HttpResponse(bytes(kept.body), status=kept.status, headers={**kept.headers, REPLAYED: "true"})


def _patients_in(shown: Any, noun: str) -> Iterator[int]:
    """The ids of the patients in an answer: of what is about one, such as a visit, and of patients themselves."""
    if isinstance(shown, list):
        for each in shown:
            yield from _patients_in(each, noun)
    elif isinstance(shown, dict):
        pk = shown["patient"] if "patient" in shown else shown.get("id") if noun == "patient" else None
        if isinstance(pk, int):
            yield pk
        for value in shown.values():
            yield from _patients_in(value, noun)
