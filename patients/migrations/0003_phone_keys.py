from django.db import migrations

from common.text import phone_digits


def fill(apps, schema_editor):
    patients = apps.get_model("patients", "Patient").objects.using(schema_editor.connection.alias)
    for pk, phone in patients.values_list("pk", "phone_number").iterator():
        patients.filter(pk=pk).update(phone_key=phone_digits(phone))


class Migration(migrations.Migration):
    dependencies = [("patients", "0002_people_as_clinics_know_them")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
