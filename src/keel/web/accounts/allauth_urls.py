"""/log-in/ and what of /account/ is allauth's: its views at Keel's addresses, under the names by which it knows them.

What Keel does not offer has no address: signing up, several e-mails, log-in by a code.
"""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth.decorators import login_required
from django.urls import path, re_path
from django.views.generic import RedirectView

_home = login_required(RedirectView.as_view(pattern_name="accounts:home"))

urlpatterns = [
    path("log-in/", account.login, name="account_login"),
    path("log-in/out/", account.logout, name="account_logout"),
    path("log-in/closed/", account.account_inactive, name="account_inactive"),
    path("log-in/second-factor/", factors.authenticate, name="mfa_authenticate"),
    path("log-in/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("log-in/recover/", account.password_reset, name="account_reset_password"),
    path("log-in/recover/sent/", account.password_reset_done, name="account_reset_password_done"),
    path("log-in/recover/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^log-in/recover/(?P<uidb36>[0-9A-Za-z]{1,13})-(?P<key>[^/]{1,200})/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("account/again/", account.reauthenticate, name="account_reauthenticate"),
    path("account/again/code/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("account/again/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/second-factor/", _home, name="mfa_index"),
    path("account/second-factor/app/", app.activate_totp, name="mfa_activate_totp"),
    path("account/second-factor/app/remove/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/second-factor/passkeys/", _home, name="mfa_list_webauthn"),
    path("account/second-factor/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("account/second-factor/passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("account/second-factor/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/second-factor/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/second-factor/codes/file/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
]
