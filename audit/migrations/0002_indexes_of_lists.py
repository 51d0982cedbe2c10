from django.db import migrations, models

from common.operations import AddIndexWhileServing


class Migration(migrations.Migration):
    atomic = False  # the indexes are built while people book

    dependencies = [("audit", "0001_initial")]

    operations = [
        AddIndexWhileServing(
            "auditevent", models.Index(models.F("username"), models.F("id"), name="audit_event_by_username")
        ),
        AddIndexWhileServing(
            "auditevent", models.Index(models.F("action"), models.F("id"), name="audit_event_by_action")
        ),
        AddIndexWhileServing("auditevent", models.Index(models.F("kind"), models.F("id"), name="audit_event_by_kind")),
        AddIndexWhileServing(
            "auditevent", models.Index(models.F("request_id"), models.F("id"), name="audit_event_by_request")
        ),
        AddIndexWhileServing(
            "auditevent", models.Index(models.F("outcome"), models.F("id"), name="audit_event_by_outcome")
        ),
    ]
