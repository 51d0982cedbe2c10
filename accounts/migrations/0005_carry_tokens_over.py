import hashlib

from django.db import migrations
from django.utils import timezone

# Where Django REST Framework has kept tokens, as they are.
OLD = "authtoken_token"


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def carry_over(apps, schema_editor):
    """Tokens of before hold on, with their limits counted from now; what is left of them is no longer readable."""
    connection = schema_editor.connection
    if OLD not in connection.introspection.table_names():
        return
    users, now = apps.get_model("accounts", "User").objects.in_bulk(), timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key, user_id FROM {OLD}")
        rows = cursor.fetchall()
        apps.get_model("accounts", "Token").objects.bulk_create(
            apps.get_model("accounts", "Token")(
                user_id=user,
                digest=sha256(key),
                credentials_digest=sha256(f"{users[user].password} {users[user].credentials_version}"),
                created_at=now,
                last_used_at=now,
            )
            for key, user in rows
        )
        cursor.execute(f"DELETE FROM {OLD}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_credentials")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
