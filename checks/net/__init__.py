"""The only sockets of the engine: the door for TCP with its twin for tests, the policy on addresses, and the DNS client."""
