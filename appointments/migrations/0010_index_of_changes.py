from django.db import migrations, models

from common.operations import AddIndexWhileServing


class Migration(migrations.Migration):
    atomic = False  # the index is built while people book

    dependencies = [("appointments", "0009_indexes_of_lists")]

    operations = [
        AddIndexWhileServing(
            "appointment", models.Index(models.F("updated_at"), models.F("id"), name="appointment_by_change")
        ),
    ]
