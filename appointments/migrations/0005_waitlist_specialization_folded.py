from django.db import migrations

import common.models
from common.text import folded


def fold(apps, schema_editor):
    entries = apps.get_model("appointments", "WaitlistEntry").objects.using(schema_editor.connection.alias)
    for pk, specialization in entries.exclude(specialization="").values_list("pk", "specialization").iterator():
        entries.filter(pk=pk).update(specialization_key=folded(specialization))


class Migration(migrations.Migration):
    dependencies = [("appointments", "0004_series")]

    operations = [
        migrations.AddField(
            "waitlistentry",
            "specialization_key",
            common.models.FoldedTextField(blank=True, default="", editable=False, source="specialization_lines"),
        ),
        migrations.RunPython(fold, migrations.RunPython.noop, elidable=True),
    ]
