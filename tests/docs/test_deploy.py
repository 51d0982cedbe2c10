"""The files in deploy/ name what there is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands

from common import metrics
from core.metrics import Queues

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


def test_the_dashboard_shows_metrics_that_there_are() -> None:
    dashboard = json.loads((DEPLOY / "grafana.json").read_text())
    asked = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    told = {metric._name for metric in vars(metrics).values() if hasattr(metric, "_name")}
    names = {re.sub(r"_(total|bucket)$", "", name) for name in re.findall(r"clinic_\w+", asked)}
    assert names == told | {"clinic_queue_depth"}


@pytest.mark.django_db
def test_the_guide_names_every_metric() -> None:
    text = (ROOT / "docs/operation.md").read_text()
    kinds = [metric for metric in vars(metrics).values() if hasattr(metric, "_name")]
    names = [metric._name for metric in kinds] + [metric.name for metric in Queues().collect()]
    assert [name for name in names if f"`{name}" not in text] == []


def test_what_prometheus_asks_is_a_host_that_the_guides_let_in() -> None:
    [target] = re.findall(r'targets: \["([\d.]+):8000"\]', (ROOT / "docs/operation.md").read_text())
    [hosts] = re.findall(r"^ALLOWED_HOSTS=(.+)$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert target in hosts.split(",")


def test_every_job_of_the_timers_is_a_command() -> None:
    jobs = set()
    for timer in (DEPLOY / "systemd").glob("*.timer"):
        unit = re.search(r"^Unit=(.+)$", timer.read_text(), re.MULTILINE)[1]
        name = re.fullmatch(r"healthcare(?:@|-)(\w+)\.service", unit)[1]
        jobs.add(name)
        assert unit.startswith("healthcare@") or (DEPLOY / "systemd" / unit).exists()
    cleared = {"clear_holds", "clear_idempotency_keys", "clearsessions"}
    assert jobs == {"pass_on_offers", "mark_no_shows", "backup", *cleared}
    assert jobs - set(get_commands()) == set()


def test_the_containers_are_described_whole() -> None:
    yaml = pytest.importorskip("yaml")
    compose: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = compose["services"]
    assert set(services) == {"database", "migrate", "web", "jobs"}
    for service in services.values():
        assert "image" in service or "build" in service
        assert set(service.get("depends_on", {})) <= set(services)
    assert services["web"]["stop_grace_period"] == "40s"
    given = set(services["web"]["environment"])
    explained = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert given - explained == set()


def test_whoever_stops_the_server_waits_longer_than_it_takes() -> None:
    graceful = int(re.search(r"^graceful_timeout = (\d+)$", (ROOT / "gunicorn.conf.py").read_text(), re.MULTILINE)[1])
    unit = (DEPLOY / "systemd/healthcare.service").read_text()
    assert int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[1]) > graceful
