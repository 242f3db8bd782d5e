"""What the practice internet was asked: questions and connections, for tests and benchmarks that hold the engine to
its costs.
"""

from collections import Counter
from dataclasses import dataclass, field

Question = tuple[str, str]
Endpoint = tuple[str, int]


@dataclass(slots=True)
class Counters:
    """Counted since the start or the last `reset`. Names in lower case without the last dot; ports as the client
    meant them.
    """

    questions: Counter[Question] = field(default_factory=Counter)
    """(name, type) asked of the recursive resolver."""
    authoritative_questions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(address, name, type) asked of a zone's own name server."""
    connections: Counter[Endpoint] = field(default_factory=Counter)
    """Connections accepted per (address, port), those over TCP to name servers included."""
    open_now: Counter[Endpoint] = field(default_factory=Counter)
    most_open: Counter[Endpoint] = field(default_factory=Counter)
    """The highest number of connections that were open at once per (address, port)."""

    def opened(self, endpoint: Endpoint) -> None:
        """Note a new connection."""
        self.connections[endpoint] += 1
        self.open_now[endpoint] += 1
        self.most_open[endpoint] = max(self.most_open[endpoint], self.open_now[endpoint])

    def closed(self, endpoint: Endpoint) -> None:
        """Note the end of a connection."""
        self.open_now[endpoint] -= 1

    def reset(self) -> None:
        """Begin again at zero; connections that are open now stay counted as open."""
        self.questions.clear()
        self.authoritative_questions.clear()
        self.connections.clear()
        self.most_open.clear()
