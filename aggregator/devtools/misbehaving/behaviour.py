"""What a behaviour is: a path, a function that plays it, and two sentences for people."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from aggregator.devtools.misbehaving.talk import Talk

Play = Callable[[Talk], None]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One way to answer: where it is played, what it does on the wire, and what a good client does about it."""

    path: str
    family: str
    does: str
    expected: str
    play: Play
    tls: bool = False  # can be seen only when the server was started with TLS
    crossed: bool = False  # is asked with the scheme that the port does not speak
    needs: str = ""  # a module that must be importable

    def playable(self) -> bool:
        """Whether this installation has what the behaviour needs."""
        return not self.needs or find_spec(self.needs) is not None

    def row(self) -> dict[str, str]:
        """Return what people and programs are told: path, family, does, expected."""
        return {"path": self.path, "family": self.family, "does": self.does, "expected": self.expected}


def family(name: str) -> Callable[..., Callable[[Play], Behaviour]]:
    """Return the decorator with which a module makes its behaviours of one family."""

    def plays(
        path: str, expected: str, *, tls: bool = False, crossed: bool = False, needs: str = ""
    ) -> Callable[[Play], Behaviour]:
        """Make a behaviour of a function; its docstring, one sentence, says what it does."""

        def made(play: Play) -> Behaviour:
            does = " ".join((play.__doc__ or "").split())
            return Behaviour(path, name, does, expected, play, tls, crossed, needs)

        return made

    return plays
