from django.db import migrations, models

from common.operations import AddIndexWhileServing


class Migration(migrations.Migration):
    atomic = False  # the index is built while people book

    dependencies = [("patients", "0008_merged_by_one_index")]

    operations = [
        AddIndexWhileServing(
            "patient", models.Index(models.F("updated_at"), models.F("id"), name="patient_by_change")
        ),
    ]
