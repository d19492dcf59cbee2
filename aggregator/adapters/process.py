"""Processes that know their bounds: children end with their parent, and none takes more memory than it may."""

import ctypes
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

MAX_LOG = 10 * 1024 * 1024
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)  # loaded here: between fork and exec it could wait for a lock for ever


def die_with_parent() -> None:
    """Let the kernel send this process SIGTERM when its parent ends (prctl(2), PR_SET_PDEATHSIG); Linux only.

    The parent is the thread that started this process, so that thread must live as long as the process should.
    The kernel forgets the wish when the process takes another user's id.
    """
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def bound_memory(megabytes: int) -> None:
    """Let this process have so many MiB of its own and no more, so that what asks for more gets a MemoryError.

    The bound is RLIMIT_DATA (getrlimit(2)), which counts private memory since Linux 4.7; elsewhere nothing is bound.
    A lower bound that is there already stays.
    """
    if sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard < 0 else min(wanted, hard), hard))


def peak_memory() -> int:
    """Return the most memory that this process has had so far, in MiB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used // (1024 * 1024 if sys.platform == "darwin" else 1024)


def _detached(parent: int) -> None:
    """Run in the child: a session of its own, so that a Ctrl-C meant for the parent does not reach it."""
    os.setsid()
    die_with_parent()
    if os.getppid() != parent:  # it ended before the wish was heard
        os._exit(1)


def popen(
    args: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a program that ends with us and hears no Ctrl-C; what it prints is added to `log`, or lost without one.

    A log that has grown beyond MAX_LOG bytes is begun anew, the old one kept beside it. The open files `pass_fds` stay
    open in the program. OSError when it cannot be started.
    """
    if log is None:
        return _popen(args, env, subprocess.DEVNULL, pass_fds)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.is_file() and log.stat().st_size > MAX_LOG:
        log.replace(log.with_suffix(".old"))
    with log.open("ab") as file:
        return _popen(args, env, file.fileno(), pass_fds)


def _popen(
    args: Sequence[str], env: Mapping[str, str] | None, output: int, pass_fds: Sequence[int]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own command lines, no shell
        list(args),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=dict(env) if env is not None else None,
        pass_fds=pass_fds,
        preexec_fn=partial(_detached, os.getpid()),  # noqa: PLW1509 - only system calls happen in it
    )
