"""What gunicorn reads by itself when it is started beside this file."""

import os
import shutil
import tempfile
from typing import Any

logger_class = "core.gunicorn.PrivateLogger"

# What has begun is finished before a worker ends; whoever stops it (systemd, a container) has to wait a little longer.
graceful_timeout = 30

# Where each process counts for /metrics; before anything of it is imported. A new one for each start.
_made_here = "PROMETHEUS_MULTIPROC_DIR" not in os.environ
if _made_here:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="clinic-metrics-")


def child_exit(server: Any, worker: Any) -> None:
    """What a worker had open is no longer open; what it has counted stays counted."""
    from prometheus_client import multiprocess  # noqa: PLC0415 - the directory comes first

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    if _made_here:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
