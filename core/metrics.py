"""/metrics: what Prometheus reads, for whoever the settings name; to everybody else it is not there."""

import os
import time
from collections.abc import Callable, Iterable
from hmac import compare_digest
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from appointments.models import Hold, WaitlistEntry, WaitlistOffer
from common import clock, metrics
from common.addresses import client_address
from common.logs import LEFT_OUT, METHODS, route_of
from core.requests import QUIET

POOL_STATES = {"open": "pool_size", "idle": "pool_available", "waited_for": "requests_waiting"}
SECONDS_BETWEEN = 1


class Measured:
    """Counts and times every answer, by the name of its route: an address could hold a name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._pool_seen = -float(SECONDS_BETWEEN)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        if request.path_info not in QUIET:
            method = request.method if request.method in METHODS else LEFT_OUT
            route = route_of(request)
            with metrics.in_nobodys_way():
                metrics.REQUESTS.labels(method, route, response.status_code).inc()
                metrics.SECONDS.labels(method, route).observe(time.perf_counter() - began)
                self._look_at_the_pool()
        return response

    def _look_at_the_pool(self) -> None:
        """Each process tells of its own connections, once a second at most."""
        pool = getattr(connection, "pool", None) if connection.vendor == "postgresql" else None
        now = time.monotonic()
        if pool is None or now - self._pool_seen < SECONDS_BETWEEN:
            return
        self._pool_seen = now
        told = pool.get_stats()
        for state, name in POOL_STATES.items():
            metrics.POOL.labels(state).set(told.get(name, 0))


class Queues(Collector):
    """What waits, counted in the database when somebody asks."""

    def collect(self) -> Iterable[Metric]:
        now = clock.now()
        depth = GaugeMetricFamily("clinic_queue_depth", "What waits for somebody, by kind.", labels=["queue"])
        depth.add_metric(["waitlist_entries"], WaitlistEntry.objects.waiting().count())
        depth.add_metric(["waitlist_offers_pending"], WaitlistOffer.objects.pending().count())
        depth.add_metric(["waitlist_offers_due"], WaitlistOffer.objects.due(now).count())
        depth.add_metric(["holds"], Hold.objects.standing(now).count())
        yield depth


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """All metrics of all processes. 404 for whom METRICS_TOKEN and METRICS_ADDRESSES do not name."""
    if not allowed(request):
        raise Http404
    counted, asked = REGISTRY, CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]  # it has no types
    asked.register(Queues())
    try:
        waiting = generate_latest(asked)
    except Error:  # what was counted is told all the same: above all how much has failed since
        waiting = b""
    return HttpResponse(generate_latest(counted) + waiting, content_type=CONTENT_TYPE_LATEST)


def allowed(request: HttpRequest) -> bool:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    if wanted and kind == "Bearer" and compare_digest(token.encode(), wanted.encode()):
        return True
    address = client_address(request)
    return bool(address) and any(
        ip_address(address) in ip_network(network, strict=False) for network in settings.METRICS_ADDRESSES
    )
