"""What ``manage.py check`` says about this installation besides Django's own: settings that are each right but wrong together. Each has an id and a hint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.security, deploy=True)
def https_behind_a_proxy(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """gunicorn speaks no TLS: with an https address there is a proxy, and unless we believe it every page redirects to itself."""
    if settings.SECURE_SSL_REDIRECT and not settings.TRUSTED_PROXIES:
        hint = "Set TRUSTED_PROXIES to the networks of your TLS proxy, and let it send X-Forwarded-Proto and X-Forwarded-For."
        return [Error("SITE_URL is https, but no proxy is trusted to say so.", hint=hint, id="portal.E001")]
    return []


@register(deploy=True)
def private_targets(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The practice settings let visitors dial addresses inside the network."""
    if settings.SECURE_SSL_REDIRECT and settings.SCAN_OPTIONS.allowed_networks:
        hint = "Leave CHECKS_ALLOWED_NETWORKS empty on a server that strangers can reach."
        return [Warning("Visitors may test addresses of private networks.", hint=hint, id="portal.W001")]
    return []


@register()
def retention_in_order(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A measurement is part of its report, and cannot outlive it."""
    if settings.RETENTION_MEASUREMENT > settings.RETENTION_REPORT:
        hint = "Make RETENTION_MEASUREMENT_DAYS at most RETENTION_REPORT_DAYS."
        return [Warning("Measurements would be kept for longer than reports.", hint=hint, id="portal.W002")]
    return []


@register(deploy=True)
def mail_reaches_people(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Without a mail server anybody can claim any mail address."""
    if settings.SECURE_SSL_REDIRECT and settings.SIGN_UP == "open" and settings.ACCOUNT_EMAIL_VERIFICATION == "none":
        hint = "Set EMAIL_URL, or SIGN_UP=closed."
        return [Warning("Anybody can sign up, and mail addresses are not confirmed.", hint=hint, id="portal.W003")]
    return []
