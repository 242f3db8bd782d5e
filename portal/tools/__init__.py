"""The TLSA tools of the portal: make a record, explain one, plan a roll-over, look at any service. All knowledge is in ``checks.tlsa_tools``."""
