from django.db import migrations, models

from common.operations import AddIndexWhileServing


class Migration(migrations.Migration):
    atomic = False  # the indexes are built while people book

    dependencies = [("appointments", "0008_doctor_times")]

    operations = [
        AddIndexWhileServing(
            "appointment",
            models.Index(models.F("status"), models.F("start"), models.F("id"), name="appointment_by_status"),
        ),
        AddIndexWhileServing(
            "appointment", models.Index(models.F("created_at"), models.F("id"), name="appointment_by_creation")
        ),
    ]
