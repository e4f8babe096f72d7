"""The page on which a table of doses, or the export of a logger, is read into the ledger of a patient."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from keel.record import Setting
from keel.web.clinic.access import staff
from keel.web.clinic.errors import FactRefused
from keel.web.clinic.models import Clinic
from keel.web.clinic.queries import patient_or_404
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import local_now
from keel.web.course.reported import read_reported, record_reported
from keel.web.routes import LARGEST_RECORD, takes


class ReadInForm(forms.Form):
    """A file, or its text, and where the doses were taken if it does not say."""

    use_required_attribute = False
    file = forms.FileField(label=_("A table (CSV) or an export of a logger"), required=False)
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        strip=False,
        max_length=LARGEST_RECORD,
        widget=forms.Textarea(attrs={"rows": "4"}),
    )
    setting = forms.ChoiceField(
        label=_("Where they were taken, if the file does not say"),
        choices=[
            ("", _("Choose")),
            (Setting.NON_MEDICAL.value, _("Elsewhere, not prescribed")),
            (Setting.PRESCRIBED_HOME.value, _("At home, prescribed")),
            (Setting.CLINIC.value, _("In a clinic")),
            (Setting.UNKNOWN.value, _("Not known")),
        ],
    )

    def given(self) -> tuple[bytes, str]:
        """What was given, and the name of the file."""
        file, text = self.cleaned_data["file"], self.cleaned_data["text"]
        if bool(file) == bool(text.strip()):
            raise FactRefused(_("Give the text or the file, not both.") if file else _("Choose a file."), "file")
        return (file.read(), file.name) if file else (text.encode(), "")


@takes(LARGEST_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.RECORD_FACTS)
def read_in(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """Shows what a file tells and what of it was not understood; a second button writes it."""
    person, now = patient_or_404(request.user, clinic, number), local_now(clinic)
    form = ReadInForm(request.POST or None, request.FILES or None)
    found = done = None
    text = ""
    if form.is_bound and form.is_valid():
        setting = Setting(form.cleaned_data["setting"])
        try:
            data, name = form.given()
            found = read_reported(data, patient=person, setting=setting, at=now, name=name)
            text = data.decode("utf-8-sig")
            if request.POST.get("step") == "record":
                done = record_reported(by=request.user, patient=person, payloads=found.payloads, at=now)
        except (FactRefused, UnicodeDecodeError) as refused:
            form.add_error(
                "file",
                str(refused) if isinstance(refused, FactRefused) else _("Save the file as UTF-8, and try again."),
            )
    context = {"clinic": clinic, "patient": person, "form": form, "found": found, "done": done, "text": text}
    is_wrong = form.is_bound and bool(form.errors)
    return render(request, "course/read_in.html", context, status=UNPROCESSABLE if is_wrong else 200)
