"""What makes the portal run on one machine with one command: a database, a broker, and a supervisor of all processes. A server in production uses none of it."""
