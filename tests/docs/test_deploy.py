"""The files in deploy/ name what there is."""

import json
import os
import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands
from django.urls import get_resolver
from gunicorn.config import Config

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


def test_the_dashboard_asks_for_routes_that_there_are() -> None:
    asked = set(re.findall(r'route=\\"([\w-]+)\\"', (DEPLOY / "grafana.json").read_text()))
    assert asked == {"slots", "appointment-list"}
    assert [name for name in asked if not get_resolver().reverse_dict.getlist(name)] == []


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
    cleared = {"clear_holds", "clear_idempotency_keys", "clearsessions", "tokens"}
    assert jobs == {"pass_on_offers", "mark_no_shows", "backup", "audit", *cleared}
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
    assert services["web"]["volumes"] == [
        "backups:/data"
    ]  # where the guide writes backups: nothing else can be written
    for name in ("migrate", "web", "jobs"):
        assert (services[name]["read_only"], services[name]["tmpfs"]) == (True, ["/tmp"])
        assert (services[name]["cap_drop"], services[name]["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    given = set(services["web"]["environment"])
    explained = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert given - explained == set()


def test_every_setting_of_the_file_reaches_the_containers_but_those_that_are_theirs() -> None:
    yaml = pytest.importorskip("yaml")
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for name in ("migrate", "web", "jobs"):
        assert services[name]["env_file"] == ".env"
        assert services[name]["environment"]["DEBUG"] == "False"


def test_the_image_holds_what_runs_and_nothing_else_that_lies_here() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    files = {"LICENSE", "manage.py", "gunicorn.conf.py", "requirements-production.txt", "constraints.txt"}
    assert {line[1:] for line in lines if line[0] == "!"} == {*packages, *files, "assets", "locale"}
    assert {"**/.env*", "**/*.sqlite3*", "**/*.backup"} <= set(lines)


def test_the_image_has_tools_that_are_not_older_than_the_database() -> None:
    client = {"bookworm": 15, "trixie": 17}  # of each Debian
    bases = re.findall(r"^FROM python:[\d.]+-slim-(\w+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    [server] = re.findall(r"image: postgres:(\d+)", (DEPLOY / "compose.yaml").read_text())
    assert [client[base] >= int(server) for base in bases] == [True, True]


def test_the_containers_database_logs_no_values() -> None:
    yaml = pytest.importorskip("yaml")
    command = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["database"]["command"]
    assert command == ["postgres", "-c", "log_min_error_statement=panic", "-c", "log_error_verbosity=terse"]
    guide = (ROOT / "docs/operation.md").read_text()
    assert dict(re.findall(r"^ALTER DATABASE clinic SET (\w+) = '(\w+)';$", guide, re.MULTILINE)) == {
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }


def units() -> dict[str, str]:
    return {path.name: path.read_text() for path in (DEPLOY / "systemd").glob("*.service")}


def test_no_unit_needs_the_directory_of_the_other_database() -> None:
    paths = {name: re.findall(r"^ReadWritePaths=(.+)$", unit, re.MULTILINE) for name, unit in units().items()}
    assert all(found for found in paths.values())
    assert [name for name, [found] in paths.items() if not all(path[0] == "-" for path in found.split())] == []


def test_nobody_else_reads_what_a_unit_writes() -> None:
    assert [name for name, unit in units().items() if "UMask=0077" not in unit] == []


def test_every_unit_gives_up_what_the_system_does_not_need() -> None:
    closed = {
        name: re.search(r"^PrivateTmp=.+?^SystemCallFilter=.+?$", unit, re.M | re.S)[0]
        for name, unit in units().items()
    }
    assert len(closed) == 5
    assert len(set(closed.values())) == 1
    lines = set(closed["healthcare.service"].splitlines())
    assert {"NoNewPrivileges=true", "ProtectSystem=strict", "CapabilityBoundingSet=", "PrivateDevices=true"} <= lines
    assert "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6" in lines


def test_a_migration_may_take_longer_than_systemd_usually_waits() -> None:
    assert int(re.search(r"^TimeoutStartSec=(\d+)$", units()["healthcare.service"], re.MULTILINE)[1]) >= 3600


# --- nginx ---------------------------------------------------------------------------------------


def routes(patterns: list[Any], before: str = "/") -> list[str]:
    found = []
    for pattern in patterns:
        route = before + str(pattern.pattern)
        found += routes(pattern.url_patterns, route) if hasattr(pattern, "url_patterns") else [route]
    return found


def test_no_address_that_opens_something_by_itself_is_in_nginxs_log() -> None:
    logged = re.search(r"map \$uri \$healthcare_logged \{(.+?)\n\}", (DEPLOY / "nginx.conf").read_text(), re.DOTALL)[1]
    masks = re.findall(r'"~(\S+)" "', logged)
    secret = [route for route in routes(get_resolver().url_patterns) if "<str:token>" in route]
    assert "/calendar/<str:token>.ics" in secret
    assert [route for route in secret if not any(re.match(mask, route) for mask in masks)] == []


def test_where_the_application_is_not_there_nginx_says_when_to_come_back() -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    assert re.search(r"error_page 502 504 = @away;", text)
    answer = re.search(r"location @away \{(.+?)\n    \}", text, re.DOTALL)[1]
    assert "add_header Retry-After 5 always;" in answer
    assert "return 503 " in answer


def test_nginx_gives_up_idle_connections_before_gunicorn_does() -> None:
    seconds = int(re.search(r"keepalive_timeout (\d+)s;", (DEPLOY / "nginx.conf").read_text())[1])
    assert seconds < Config().keepalive


# --- gunicorn ------------------------------------------------------------------------------------


def test_a_server_that_reads_its_settings_again_keeps_its_counts_and_clears_them_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "environ", {})
    first = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    directory = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    again = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    assert Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]) == directory
    assert first["control_socket_disable"] is True
    again["on_exit"](None)
    assert not directory.exists()


def test_whoever_stops_the_server_waits_longer_than_it_takes() -> None:
    graceful = int(re.search(r"^graceful_timeout = (\d+)$", (ROOT / "gunicorn.conf.py").read_text(), re.MULTILINE)[1])
    unit = (DEPLOY / "systemd/healthcare.service").read_text()
    assert int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[1]) > graceful
