from django.db import migrations, models

import common.models
from common.text import folded


def fold(apps, schema_editor):
    doctors = apps.get_model("doctors", "Doctor").objects.using(schema_editor.connection.alias)
    for pk, specialization in doctors.values_list("pk", "specialization").iterator():
        doctors.filter(pk=pk).update(specialization_key=folded(specialization))


class Migration(migrations.Migration):
    dependencies = [("doctors", "0002_depth")]

    operations = [
        migrations.RemoveIndex("doctor", "doctor_by_specialization"),
        migrations.AddField(
            "doctor",
            "specialization_key",
            common.models.FoldedTextField(blank=True, default="", editable=False, source="specialization_lines"),
        ),
        migrations.RunPython(fold, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            "doctor",
            models.Index(models.F("specialization_key"), models.F("id"), name="doctor_by_specialization"),
        ),
    ]
