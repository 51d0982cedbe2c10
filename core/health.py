"""What a load balancer asks: is the process alive, and may it be given requests?"""

from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit import guards
from common import constraints
from common.errors import Busy
from doctors import weeks

NO_DATABASE = "database"


@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """/healthz: 200 while the process answers. It asks nothing else: a new process would not mend a database."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """/readyz: 200, or 503 with what is missing before a booking would be safe."""
    missing = find_missing()
    if missing:
        headers = {"Retry-After": str(Busy.retry_after_seconds)}
        answer = JsonResponse({"status": "not ready", "missing": missing}, status=503, headers=headers)
        # As DRF marks its own: it tells of the failure, and of nothing else. The audit trail lets it through.
        answer.exception = True  # type: ignore[attr-defined]  # as DRF does
        return answer
    return JsonResponse({"status": "ok"})


def find_missing() -> list[str]:
    """What a server needs and has not: what `missing_of_database` names, or the static files that pages name."""
    missing = missing_of_database()
    if missing == [NO_DATABASE] or getattr(staticfiles_storage, "is_whole", True):
        return missing
    return [*missing, "static files: run manage.py collectstatic, and start the server anew"]


def missing_of_database() -> list[str]:
    """The database, names of migrations that are not applied, or names of guards: against double booking, of the
    audit trail, and of what searches read.
    """
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            return [f"migration {migration.app_label}.{migration.name}" for migration, _ in plan]
        if _only_reads():
            return ["database that can be written"]
        if refused := _without_rights():
            return [f"rights to {table}: see deploy/audit-grants.sql" for table in refused]
        return [f"guard {name}" for name in (*constraints.missing(), *guards.missing(), *weeks.TRIGGERS.missing())]
    except Error:  # its text names hosts and users, and this answer is public
        return [NO_DATABASE]


def _only_reads() -> bool:
    """Whether this PostgreSQL is a standby, or lets nobody write for another reason: reading would go on."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only')")
        return bool(cursor.fetchone() == ("on",))


def _without_rights() -> list[str]:
    """Tables that the application's role cannot use: a migration makes them, and the owner has forgotten the grants."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE NOT (has_table_privilege(quote_ident(name), 'SELECT')"
            " AND has_table_privilege(quote_ident(name), 'INSERT')) ORDER BY name",
            [connection.introspection.django_table_names(include_views=False)],
        )
        return [name for (name,) in cursor.fetchall()]
