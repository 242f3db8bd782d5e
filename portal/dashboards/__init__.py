"""Lists of domains that an organisation follows: what is in them, how they stand and stood, when they are tested, what goes in and out."""
