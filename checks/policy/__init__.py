"""Norms as data: versioned tables and files. A change of policy is a diff of a table."""
