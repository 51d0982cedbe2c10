from django.db import migrations, models

from common.operations import AddIndexWhileServing


class Migration(migrations.Migration):
    atomic = False  # the index is built while people book

    dependencies = [("appointments", "0007_leaner_indexes")]

    operations = [
        AddIndexWhileServing(
            "appointment",
            models.Index(models.F("doctor"), models.F("end"), models.F("start"), name="appointment_by_doctor_times"),
        ),
        # Dropping one is quick, but waits for whoever reads the table: not longer than lock_timeout lets it.
        migrations.RemoveIndex("appointment", "appointment_by_doctor_end"),
    ]
