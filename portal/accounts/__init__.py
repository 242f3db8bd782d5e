"""People and organisations: who belongs to which organisation, in which role, and what they did. Signing in itself is django-allauth's."""
