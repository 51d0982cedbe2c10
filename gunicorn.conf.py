"""What gunicorn reads by itself when it is started beside this file."""

import os
import shutil
import tempfile
from typing import Any

logger_class = "core.gunicorn.PrivateLogger"

# What has begun is finished before a worker ends; whoever stops it (systemd, a container) has to wait a little longer.
graceful_timeout = 30

# No second door, through which the server can be managed: two clinics of one user would take it from each other.
control_socket_disable = True

# Where each process counts for /metrics; before anything of it is imported. A new one for each start, but not where a
# running server reads this file again (SIGHUP).
_master = str(os.getpid())
_made_here = "PROMETHEUS_MULTIPROC_DIR" not in os.environ or "CLINIC_METRICS_MADE_BY" in os.environ
if _made_here and os.environ.get("CLINIC_METRICS_MADE_BY") != _master:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="clinic-metrics-")
    os.environ["CLINIC_METRICS_MADE_BY"] = _master


def child_exit(server: Any, worker: Any) -> None:
    """What a worker had open is no longer open; what it has counted stays counted."""
    from prometheus_client import multiprocess  # noqa: PLC0415 - the directory comes first

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # it has no types


def on_exit(server: Any) -> None:
    if _made_here:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
