"""Addresses, encryption on the way, mail, and the people who run the clinic."""

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model

from keel.messages import Message
from keel.web import environment
from keel.web.clinic.models import Clinic, Membership
from keel.web.clinic.roles import Manager
from keel.web.doctor.finding import Check, Place, look, ok, wrong


def address(place: Place) -> Check:
    """Whether Keel is reached by name and over HTTPS."""
    named = environment.hosts(place.environment)[len(environment.THIS_MACHINE) :]
    is_https = environment.is_on("KEEL_HTTPS", place.environment)
    if named and not is_https:
        found = Message(
            "KEEL_HOSTS names {hosts}, and KEEL_HTTPS is off: passwords go over the network in the clear.",
            hosts=", ".join(named),
        )
        return wrong("https", found, Message("Put Caddy before Keel, and set KEEL_HTTPS=1."))
    if is_https and not named:
        found = Message("KEEL_HTTPS is on, and KEEL_HOSTS names no host: every request from outside is refused.")
        return wrong("https", found, Message("Set KEEL_HOSTS to the name that people type, such as keel.example.org."))
    if not named:
        found = Message("Only this machine reaches Keel.")
        return look("https", found, Message("For a clinic: Caddy before Keel, KEEL_HOSTS and KEEL_HTTPS=1."))
    return ok("https", Message("Keel is reached as {hosts}, over HTTPS.", hosts=", ".join(named)))


def mail(place: Place) -> Check:
    """Whether invitations and recovery leave this machine."""
    if environment.mail_goes_out(place.environment):
        return ok("mail", Message("Mail goes out."))
    fix = Message("Set KEEL_MAIL=smtp://user:password@host:587, or hand links over yourself.")
    return look("mail", Message("No mail goes out: invitations and recovery stay in the folder mail."), fix)


def people() -> list[Check]:
    """Whether there is a clinic with a manager, no demonstration, and a second factor for everybody."""
    if not Clinic.objects.exists():
        return [
            wrong("clinic", Message("There is no clinic yet."), Message("keel setup --help shows how to make one."))
        ]
    if Clinic.objects.filter(is_demonstration=True).exists():
        text = Message("This is the demonstration: its passwords are public.")
        return [wrong("clinic", text, Message("Give the clinic a folder of its own: keel setup --folder."))]
    alone = Clinic.objects.exclude(
        pk__in=Membership.objects.filter(role=Manager.id, user__is_active=True).values("clinic")
    )
    if alone.exists():
        slugs = ", ".join(clinic.slug for clinic in alone.order_by("slug"))
        text = Message("Nobody manages {clinics}.", clinics=slugs)
        return [wrong("clinic", text, Message("keel setup --clinic … --manager … gives it a manager."))]
    return [ok("clinic", Message("Each clinic has a manager.")), _second_factors()]


def _second_factors() -> Check:
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    enrolled = Authenticator.objects.filter(type__in=kinds).values("user")
    without = get_user_model().objects.filter(is_active=True, memberships__isnull=False).exclude(pk__in=enrolled)
    if count := without.distinct().count():
        text = Message("{count} people have no second factor yet; they enrol at their next log-in.", count=count)
        return look("second-factor", text, Message("Ask them to log in, or take out who does not work here."))
    return ok("second-factor", Message("Everybody has a second factor."))
