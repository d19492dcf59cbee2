"""Child processes that do not outlive us: on Linux the kernel ends them when their parent is gone."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

MAX_LOG = 10 * 1024 * 1024
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Let the kernel send this process SIGTERM when its parent ends (prctl(2), PR_SET_PDEATHSIG); Linux only.

    The parent is the thread that started this process, so that thread must live as long as the process should.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _detached() -> None:
    """Run in the child: a session of its own, so that a Ctrl-C meant for the parent does not reach it."""
    os.setsid()
    die_with_parent()


def popen(
    args: Sequence[str], *, env: Mapping[str, str] | None = None, log: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a program that ends with us and hears no Ctrl-C; what it prints is added to `log`, or lost without one.

    A log that has grown large is begun anew, the old one kept beside it.
    """
    if log is None:
        return _popen(args, env, subprocess.DEVNULL)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.is_file() and log.stat().st_size > MAX_LOG:
        log.replace(log.with_suffix(".old"))
    with log.open("ab") as file:
        return _popen(args, env, file.fileno())


def _popen(args: Sequence[str], env: Mapping[str, str] | None, output: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own command lines, no shell
        list(args),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=dict(env) if env is not None else None,
        preexec_fn=_detached,  # noqa: PLW1509 - only system calls happen in it
    )
