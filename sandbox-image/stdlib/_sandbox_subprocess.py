"""What the standard library itself imports in place of subprocess.

asyncio, multiprocessing, uuid, platform, ctypes.util and others import subprocess for one function out of many. In this
image they import this module instead (see replace_subprocess.py), so that everything else in them works. Starting a program
fails here as the kernel would have it fail, with EPERM: those callers expect an OSError and treat the program as missing.
"""

import errno

__all__ = [
    "CalledProcessError",
    "CompletedProcess",
    "DEVNULL",
    "PIPE",
    "Popen",
    "STDOUT",
    "SubprocessError",
    "TimeoutExpired",
    "call",
    "check_call",
    "check_output",
    "getoutput",
    "getstatusoutput",
    "run",
]

PIPE = -1
STDOUT = -2
DEVNULL = -3


class SubprocessError(Exception):
    """The base of this module's exceptions, for except clauses that name it."""


class CalledProcessError(SubprocessError):
    """Never raised here: no process ends when none starts."""


class TimeoutExpired(SubprocessError):
    """Never raised here: no process runs too long when none starts."""


class CompletedProcess:
    """Never made here: no process completes when none starts."""


class Popen:
    """Refuses to be made."""

    def __init__(self, *_args: object, **_options: object) -> None:
        _refuse()


def _refuse(*_args: object, **_options: object) -> None:
    raise PermissionError(errno.EPERM, "starting a program is not permitted in this sandbox")


run = call = check_call = check_output = getoutput = getstatusoutput = _refuse


def _args_from_interpreter_flags() -> list[str]:
    """The interpreter options that a child would inherit; multiprocessing imports it by this name."""
    return []
