"""Facts and audit rows take no change but new rows."""

from django.db import migrations

from keel.web.clinic.append_only import append_only


class Migration(migrations.Migration):
    dependencies = (("clinic", "0001_initial"),)
    operations = (append_only("clinic_fact"), append_only("clinic_auditrow"))
