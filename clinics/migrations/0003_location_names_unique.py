import django.db.models.functions.text
from django.db import migrations, models


def tell_namesakes_apart(apps, schema_editor):
    """The second location of a name becomes "Name (2)", and so on."""
    taken = set()
    for location in apps.get_model("clinics", "Location").objects.order_by("id"):
        name, number = location.name, 1
        while name.lower() in taken:
            number += 1
            ending = f" ({number})"
            name = location.name[: 200 - len(ending)] + ending
        taken.add(name.lower())
        if name != location.name:
            location.name = name
            location.save(update_fields=["name"])


class Migration(migrations.Migration):

    dependencies = [
        ("clinics", "0002_depth"),
    ]

    operations = [
        migrations.RunPython(tell_namesakes_apart, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="location",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"), name="location_name_unique"
            ),
        ),
    ]
