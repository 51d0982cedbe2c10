from django.db import migrations, models
from django.db.models.functions import Upper

from common.operations import AddIndexWhileServing


class Migration(migrations.Migration):
    atomic = False  # the indexes are built while people book

    dependencies = [("patients", "0006_search")]

    operations = [
        AddIndexWhileServing("patient", models.Index(models.F("name_key"), models.F("id"), name="patient_by_name_key")),
        AddIndexWhileServing(
            "patient", models.Index(models.F("email"), models.F("id"), name="patient_in_order_of_email")
        ),
        AddIndexWhileServing(
            "patient", models.Index(models.F("created_at"), models.F("id"), name="patient_by_creation")
        ),
        AddIndexWhileServing(
            "patient", models.Index(models.F("sex"), models.F("full_name"), models.F("id"), name="patient_by_sex")
        ),
        AddIndexWhileServing(
            "patient",
            models.Index(
                models.F("contact_preference"), models.F("full_name"), models.F("id"), name="patient_by_contact"
            ),
        ),
        AddIndexWhileServing(
            "patient",
            models.Index(
                models.F("full_name"), models.F("id"), name="patient_out_of_use", condition=models.Q(active=False)
            ),
        ),
        AddIndexWhileServing(
            "patient",
            models.Index(
                Upper("preferred_language"), models.F("full_name"), models.F("id"), name="patient_by_language"
            ),
        ),
        AddIndexWhileServing(
            "patient",
            models.Index(
                models.F("merged_into"), name="patient_merged", condition=models.Q(merged_into__isnull=False)
            ),
        ),
    ]
