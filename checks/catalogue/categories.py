"""The categories, in the order of the report."""

from checks.model import Category, Scoring, Suite

CATEGORIES = (
    Category("web_ipv6", Suite.WEB, {"nl": "IPv6", "en": "IPv6"}),
    Category("web_dnssec", Suite.WEB, {"nl": "DNSSEC", "en": "DNSSEC"}),
    Category(
        "web_https",
        Suite.WEB,
        {"nl": "HTTPS", "en": "HTTPS"},
        scoring=Scoring.WORST_ENDPOINT,
        gate="web_https_http_available",
    ),
    Category("web_appsecpriv", Suite.WEB, {"nl": "Beveiligingsopties", "en": "Security options"}),
    Category("web_rpki", Suite.WEB, {"nl": "RPKI", "en": "RPKI"}),
    Category("mail_ipv6", Suite.MAIL, {"nl": "IPv6", "en": "IPv6"}),
    Category("mail_dnssec", Suite.MAIL, {"nl": "DNSSEC", "en": "DNSSEC"}, scoring=Scoring.LOWEST),
    Category("mail_auth", Suite.MAIL, {"nl": "SPF, DKIM en DMARC", "en": "SPF, DKIM and DMARC"}),
    Category(
        "mail_starttls",
        Suite.MAIL,
        {"nl": "STARTTLS en DANE", "en": "STARTTLS and DANE"},
        scoring=Scoring.WORST_ENDPOINT,
        gate="mail_starttls_tls_available",
    ),
    Category("mail_rpki", Suite.MAIL, {"nl": "RPKI", "en": "RPKI"}),
)
