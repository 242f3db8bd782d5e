"""The only sockets of the engine: the door for TCP with its twin for tests, address policy, the DNS client."""
