"""Searching for a patient, against the same question in raw SQL on the same index, in one process on one connection.

Run as a program it prints the times as JSON; DATABASE_URL names the database.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks.arena import Result
from benchmarks.servers import ROOT, environment

QUERIES = {
    "rare word": "Zebedee",
    "common word": "Mary",
    "two words": "Mary Otieno",
    "part of a phone number": "7000001",
    "national id": "N00000123",
    "no hit": "Quetzalcoatl",
}
RAW = """
    SELECT id, full_name FROM patients_patient
    WHERE active AND {terms}
    ORDER BY CASE WHEN name_key = %s THEN 0 WHEN name_key LIKE %s THEN 1 WHEN name_key LIKE %s THEN 2 ELSE 3 END,
        full_name, id LIMIT 5
"""


def compare(database_url: str, *, each: int) -> Iterator[Result]:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.measures.search", str(each)],
        cwd=ROOT,
        env=environment(database_url, DJANGO_SETTINGS_MODULE="core.settings"),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for name, (ours, raw) in json.loads(run.stdout).items():
        yield Result(
            f"Patient search: {name}",
            f"{ours * 1000:.2f} ms",
            f"{raw * 1000:.2f} ms raw SQL",
            ours / raw,
            3.0,
            higher=False,
        )


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    django.setup()
    from django.db import connection

    from common.text import folded
    from patients.models import Patient

    def ours(query: str) -> Any:
        """As the desk asks with every key that is pressed."""
        return list(Patient.objects.active().search(query).by_relevance(query).told_apart()[:5])

    def raw(query: str) -> Any:
        text = folded(query)
        words = text.split()
        with connection.cursor() as cursor:
            cursor.execute(
                RAW.format(terms=" AND ".join(["search_text LIKE %s"] * len(words))),
                [*(f"%{word}%" for word in words), text, f"{text}%", f"% {text}%"],
            )
            return cursor.fetchall()

    def timed(function: Any, query: str) -> float:
        began = time.perf_counter()
        function(query)
        return time.perf_counter() - began

    each = int(sys.argv[1])
    found = {}
    for name, query in QUERIES.items():
        same = [row[0] for row in raw(query)] == [patient.pk for patient in ours(query)]
        if not same:
            raise SystemExit(f"The two ways to search for the {name} find different patients.")
        pairs = [(timed(ours, query), timed(raw, query)) for _ in range(each)]
        found[name] = [median(a for a, _ in pairs), median(b for _, b in pairs)]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
