# ruff: noqa: RUF012
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("live", "0003_monitors")]

    operations = [
        migrations.RemoveField(model_name="monitor", name="kept_at"),
        migrations.AddField(model_name="monitor", name="clock_at", field=models.DateTimeField(null=True, blank=True)),
        migrations.AddField(model_name="monitor", name="unfiled", field=models.CharField(max_length=300, blank=True)),
        migrations.AddField(model_name="monitor", name="kept", field=models.JSONField(default=dict)),
    ]
