"""Clinics, who works there, patients, their facts, what was opened in an emergency, who was erased, and the audit.

A fact is one entry of a Keel record, in the form in which people write it, so that a patient's record is nothing but
its facts put together. Facts and audit rows are appended: a correction supersedes a fact, a removal voids it, and the
old row stays with who, when and why. Triggers refuse UPDATE and DELETE; the constraints below hold in the database.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from keel.web.clinic.roles import ROLES


class Clinic(models.Model):
    """A place of treatment. Its people see its patients and nobody else's."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, blank=True)
    timezone = models.CharField(max_length=50, default="UTC")
    is_demonstration = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.slug)


class Membership(models.Model):
    """A role that a member of staff holds in a clinic; who holds two has two rows."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.id, role.title) for role in ROLES.values()])

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("clinic", "user", "role"), name="membership_once_a_role"),
            models.CheckConstraint(condition=Q(role__in=list(ROLES)), name="membership_role_known"),
        )

    def __str__(self) -> str:
        return f"{self.clinic_id}: {self.user_id}, {self.role}"


class Patient(models.Model):
    """A patient of one clinic: a pseudonymous number, and the name that staff see.

    Of one who was erased the number stays, so that nobody else is given it, and no name.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    number = models.CharField(max_length=20)
    display_name = models.CharField(max_length=200)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("clinic", "number"), name="patient_number_once_a_clinic"),)

    def __str__(self) -> str:
        return str(self.number)


class Kind(models.TextChoices):
    """What a fact is: an entry of a Keel record, something that only the clinic keeps, or the voiding of another fact.

    The clinic’s own: who may be called (`contact`), what was consented to, a visit, and that another number is the
    same person (`merge`). They are corrected and taken back like any other. A session and its events (`session`,
    `event`) are corrected by an event of their own. What is done around sessions: a course of treatment (`course`), an
    answer that alarms and what was done about it (`alert`), a letter to others and its answer (`letter`), the REMS
    (`rems`), assisted therapy (`therapy`) and the programme for those whose use became a problem (`recovery`).
    """

    PERSON = "person"
    DOSE = "dose"
    PATTERN = "pattern"
    MEASUREMENT = "measurement"
    MEDICINE = "medicine"
    ANSWERS = "answers"
    CONDITION = "condition"
    RISK_ASSESSMENT = "risk_assessment"
    REVIEW = "review"
    CONTACT = "contact"
    CONSENT = "consent"
    VISIT = "visit"
    MERGE = "merge"
    SESSION = "session"
    EVENT = "event"
    COURSE = "course"
    ALERT = "alert"
    LETTER = "letter"
    REMS = "rems"
    THERAPY = "therapy"
    RECOVERY = "recovery"
    VOID = "void"


class Fact(models.Model):
    """One fact about a patient. `sequence` orders the facts of a patient; times alone are not an order.

    `payload` is the entry as a Keel record file writes it (amounts as text with their unit, so exact decimals).
    `effective_at` is when it was so, where it has a time; `key` makes sending it twice harmless.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="facts")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    payload = models.JSONField(default=dict)
    effective_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    voids = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="voided_by")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("patient", "sequence")
        indexes = (models.Index(fields=("kind", "patient"), name="fact_kind_patient"),)
        constraints = (
            models.UniqueConstraint(fields=("patient", "sequence"), name="fact_sequence_once"),
            models.UniqueConstraint(fields=("patient", "key"), name="fact_key_once"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="fact_sequence_from_one"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="fact_kind_known"),
            models.CheckConstraint(condition=~Q(key=""), name="fact_has_key"),
            models.CheckConstraint(
                condition=Q(kind=Kind.VOID, voids__isnull=False) | (~Q(kind=Kind.VOID) & Q(voids__isnull=True)),
                name="fact_void_names_what",
            ),
            models.CheckConstraint(
                condition=Q(voids__isnull=True, supersedes__isnull=True) | ~Q(reason=""), name="fact_change_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(effective_at__isnull=True) | Q(effective_at__lte=F("recorded_at")),
                name="fact_has_happened",
            ),
        )

    def __str__(self) -> str:
        return f"{self.patient_id}/{self.sequence} {self.kind}"


class FactDecision(models.Model):
    """Who decided that a dose counts though a rule held it, and why; `rules` are those that were shown.

    `was_given` is a dose that a rule blocks and that was given all the same: nobody passed the block, it was a mistake
    to be looked at.
    """

    fact = models.OneToOneField(Fact, on_delete=models.PROTECT, related_name="decision")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    rules = models.JSONField(default=list)
    was_given = models.BooleanField(default=False)

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="decision_has_reason"),)

    def __str__(self) -> str:
        return f"{self.fact_id}: {self.decided_by_id}"


class PatientSummary(models.Model):
    """What the list shows of a patient: a projection of the facts, kept on write and made anew by `keel rebuild`.

    `day` is the day of the clinic for which it was made: what is due does not age, what is counted in days does.
    `rank` orders by what needs a decision, 0 first; `shown` holds the rest, in the shape of `summaries.Summary`.
    """

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, primary_key=True, related_name="summary")
    day = models.DateField()
    name_key = models.CharField(max_length=200, db_index=True)
    birth_date = models.DateField(null=True, blank=True)
    rank = models.PositiveSmallIntegerField(default=9)
    next_due = models.DateField(null=True, blank=True)
    last_visit = models.DateField(null=True, blank=True)
    next_visit = models.DateTimeField(null=True, blank=True)
    is_merged = models.BooleanField(default=False)
    shown = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.patient_id}, {self.day}"


class EmergencyAccess(models.Model):
    """A patient whom somebody opened in an emergency without the role for it: who, why, and until when."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="emergency_accesses")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ("-opened_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="emergency_has_reason"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("opened_at")), name="emergency_ends"),
        )

    def __str__(self) -> str:
        return f"{self.patient_id}: {self.user_id}, {self.opened_at}"


class Erasure(models.Model):
    """That a patient was erased: who asked for it, who decided, why, and until when older backups hold the record.

    It is what lets the database delete the patient's facts (`append_only.py`): `decisions` names the rows of
    `FactDecision` that go with them. People stand as text, as in the audit.
    """

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="erasure")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="erasures")
    number = models.CharField(max_length=20)
    asked_by = models.CharField(max_length=150)
    decided_by = models.CharField(max_length=150)
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    in_backups_until = models.DateTimeField()
    decisions = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="erasure_has_reason"),
            models.CheckConstraint(condition=~Q(asked_by=F("decided_by")), name="erasure_by_two"),
        )

    def __str__(self) -> str:
        return f"{self.number}, {self.at}"


class AuditRow(models.Model):
    """Who did what in a clinic, as text that outlives its subject; each row holds the hash of the one before."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="audit")
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=50)
    subject = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ("clinic", "sequence")
        constraints = (models.UniqueConstraint(fields=("clinic", "sequence"), name="audit_sequence_once"),)

    def __str__(self) -> str:
        return f"{self.clinic_id}/{self.sequence} {self.action}"
