import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from common.operations import AddTrigramIndex, Trigrams


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0005_erasure'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Trigrams(),
        AddTrigramIndex("patient", "search_text", "patient_by_search_text"),
        AddTrigramIndex("patient", "name_key", "patient_by_part_of_name"),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(django.db.models.functions.text.Upper('email'), name='patient_by_email'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(django.db.models.functions.text.Upper('phone_number'), name='patient_by_phone_as_typed'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(django.db.models.functions.text.Upper('insurance_number'), name='patient_by_insurance'),
        ),
    ]
