"""How the network is used: bounds, manners, and what may be asked at all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Bounds and manners of the network."""

    user_agent: str
    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 30.0
    redirects: int = 10
    connections: int = 50
    allow_loopback: bool = False
    ports: tuple[int, ...] = (80, 443)
