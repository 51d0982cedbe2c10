"""What the database is asked to compute."""

from typing import Any

from django.db.models import BigIntegerField, Func, IntegerField, TextField


class EpochSeconds(Func):
    """An instant as whole seconds since 1970, as integers are read many times faster than instants.

    Parts of a second are dropped, or with ``ceil`` count as a whole one.
    """

    output_field = BigIntegerField()

    def __init__(self, expression: Any, *, ceil: bool = False, **extra: Any) -> None:
        self.ceil = ceil
        super().__init__(expression, **extra)

    def get_db_converters(self, connection: Any) -> list[Any]:
        """None: both databases give an integer."""
        return []

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        function = "CEIL" if self.ceil else "FLOOR"
        # Not EXTRACT, whose decimal numbers take longer: these are exact to the microsecond.
        template = f"{function}(date_part('epoch', %(expressions)s))::bigint"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # Only of what stands before the parts of a second: SQLite's own functions round these to thousandths.
        template = "CAST(strftime('%%%%s', substr(%(expressions)s, 1, 19)) AS INTEGER)"
        if self.ceil:
            template += " + (substr(%(expressions)s, 20) > '.000000')"
        return self.as_sql(compiler, connection, template=template, **context)


class Unindexed(Func):
    """The same text, of which no index is asked: for what would find many rows beside what finds few."""

    template = "(%(expressions)s || '')"
    output_field = TextField()


class Closeness(Func):
    """How near a column is to ``text``: the whole of it 0, its beginning 1, the beginning of a later word 2, else 3."""

    output_field = IntegerField()

    def __init__(self, column: Any, text: str) -> None:
        super().__init__(column)
        self.text = text

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        column, given = compiler.compile(self.source_expressions[0])
        place = "STRPOS" if connection.vendor == "postgresql" else "INSTR"
        sql = (
            f"CASE WHEN {column} = %s THEN 0 "
            f"ELSE CASE {place}(' ' || {column}, %s) WHEN 1 THEN 1 WHEN 0 THEN 3 ELSE 2 END END"
        )
        return sql, [*given, self.text, *given, f" {self.text}"]
