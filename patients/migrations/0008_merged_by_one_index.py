from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patients", "0007_indexes_of_lists")]

    operations = [
        migrations.AlterField(
            "patient",
            "merged_into",
            models.ForeignKey(
                "patients.patient",
                db_index=False,
                editable=False,
                null=True,
                on_delete=models.PROTECT,
                related_name="merged_records",
            ),
        ),
    ]
