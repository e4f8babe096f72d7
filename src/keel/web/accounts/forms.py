"""Forms of the accounts: allauth's with Keel's words, the PIN, and the lock."""

from itertools import pairwise
from typing import Any

from allauth.account.forms import ChangePasswordForm as _ChangePasswordForm
from allauth.account.forms import LoginForm as _LoginForm
from allauth.account.forms import ReauthenticateForm as _ReauthenticateForm
from allauth.account.forms import ResetPasswordForm as _ResetPasswordForm
from allauth.account.forms import ResetPasswordKeyForm as _ResetPasswordKeyForm
from allauth.mfa.base.forms import AuthenticateForm as _AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as _ReauthenticateCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm as _ActivateTOTPForm
from django import forms
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

LONGEST_PASSWORD = 200
PASSWORD_HINT = _("At least 12 characters. A few words that only you would put together are better than one odd word.")


def _said(field: forms.Field, label: Any, **attributes: str) -> None:
    """Keel's label, no placeholder, no help text of the library, a length."""
    field.label, field.help_text, field.max_length = label, "", LONGEST_PASSWORD
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs |= {"maxlength": str(LONGEST_PASSWORD), **attributes}
    field.validators = [*field.validators, forms.CharField(max_length=LONGEST_PASSWORD).validators[0]]


class LogInForm(_LoginForm):
    """E-mail or user name, and the password. The field is called `username`, as password managers expect."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _said(self.fields["login"], _("E-mail or user name"), autocomplete="username", autocapitalize="none")
        _said(self.fields["password"], _("Password"))

    def add_prefix(self, field_name: str) -> str:
        """The name in the page."""
        return "username" if field_name == "login" else str(super().add_prefix(field_name))


class ReauthenticateForm(_ReauthenticateForm):
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _said(self.fields["password"], _("Password"))


class ChangePasswordForm(_ChangePasswordForm):
    """The old password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _said(self.fields["oldpassword"], _("Password until now"))
        _say_new(self)


class ResetPasswordForm(_ResetPasswordForm):
    """The address to send a link to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _said(self.fields["email"], _("E-mail"))


class ResetPasswordKeyForm(_ResetPasswordKeyForm):
    """A new password, twice, by the link that was sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say_new(self)


def _say_new(form: forms.Form) -> None:
    _said(form.fields["password1"], _("New password"))
    _said(form.fields["password2"], _("New password, once more"))
    form.fields["password1"].help_text = PASSWORD_HINT


class SecondFactorForm(_AuthenticateForm):
    """A code of the authenticator app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _said(self.fields["code"], _("Code"), inputmode="numeric", autocomplete="one-time-code")


class SecondFactorAgainForm(_ReauthenticateCodeForm):
    """The same for who is signed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _said(self.fields["code"], _("Code"), inputmode="numeric", autocomplete="one-time-code")


class ActivateAppForm(_ActivateTOTPForm):
    """The first code of an authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _said(self.fields["code"], _("Code that the app shows"), inputmode="numeric", autocomplete="one-time-code")


class NewPasswordForm(forms.Form):
    """A password for a new account, twice."""

    use_required_attribute = False
    password1 = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text=PASSWORD_HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("Password, once more"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Both the same, and none that is known from breaches or close to the person's name."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first, second = data.get("password1"), data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two are not the same."))
        elif first:
            try:
                validate_password(first, self.user)
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return data


class PinForm(forms.Form):
    """A new PIN, twice."""

    use_required_attribute = False
    pin = forms.RegexField(
        r"\A[0-9]{4,12}\Z",
        max_length=12,
        label=_("PIN"),
        help_text=_("4 to 12 digits; not all the same, not in a row."),
        error_messages={"invalid": _("Write 4 to 12 digits.")},
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "12"}),
    )
    again = forms.CharField(
        label=_("PIN, once more"),
        max_length=12,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "12"}),
    )

    def clean_pin(self) -> str:
        """Not one that is tried first."""
        pin = str(self.cleaned_data["pin"])
        steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
        if len(steps) == 1 and steps <= {0, 1, 9}:
            raise forms.ValidationError(_("This PIN is among the first that anybody would try. Choose another."))
        return pin

    def clean(self) -> dict[str, Any]:
        """Both the same."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("pin") and data.get("again") and data["pin"] != data["again"]:
            self.add_error("again", _("The two are not the same."))
        return data


class UnlockForm(forms.Form):
    """The PIN, or the password where there is no PIN or it was forgotten."""

    use_required_attribute = False
    secret = forms.CharField(
        max_length=LONGEST_PASSWORD, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.pin = user, getattr(user, "pin", None)
        self.fields["secret"].label = _("PIN or password") if self.pin else _("Password")

    def clean_secret(self) -> str:
        """Refused unless it is the person's."""
        secret = str(self.cleaned_data["secret"])
        is_pin = self.pin is not None and secret.isdecimal() and check_password(secret, self.pin.digest)
        if not is_pin and not self.user.check_password(secret):
            raise forms.ValidationError(_("That is not right."))
        return secret
