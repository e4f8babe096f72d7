"""Forms of who works where."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keel import knowledge
from keel.web.accounts.forms import NewPasswordForm
from keel.web.clinic.roles import ROLES
from keel.web.language.words import gettext


class RolesForm(forms.Form):
    """The roles of a member."""

    use_required_attribute = False
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(role.id, role.title) for role in ROLES.values()],
        error_messages={"required": _("Choose at least one role.")},
    )

    def offered(self) -> list[tuple[Any, Any]]:
        """Each box with the role that it gives."""
        return list(zip(self["roles"], ROLES.values(), strict=True))


class InvitationForm(RolesForm):
    """Whom to invite."""

    name = forms.CharField(label=_("Name, as colleagues see it"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    field_order = ("name", "email", "roles")


class FirstStartForm(NewPasswordForm):
    """The first clinic and its manager."""

    name = forms.CharField(label=_("Name of the clinic"), max_length=200)
    slug = forms.SlugField(
        label=_("Short name, for addresses"), max_length=50, help_text=_("Letters, digits and hyphens: harbour")
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    timezone = forms.CharField(label=_("Time zone"), max_length=50, help_text=_("For example Europe/London"))
    manager = forms.CharField(label=_("Your name, as colleagues see it"), max_length=200)
    email = forms.EmailField(label=_("Your e-mail"), max_length=254)
    field_order = ("name", "slug", "country", "timezone", "manager", "email", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = sorted((gettext(one.name), code) for code, one in knowledge.load().countries.items())
        self.fields["country"].choices = [("", _("Choose")), *((code, name) for name, code in countries)]
