"""A ceiling for what user code may allocate while the agent asks it how its values look."""

from sealed import BUILTINS as __builtins__

from os import O_CLOEXEC, O_RDONLY, close, open, read, sysconf
from resource import RLIM_INFINITY, RLIMIT_AS, getrlimit, setrlimit

HEADROOM = 64 * 1024 * 1024
"""Bytes of address space that all representations of one execution may take on top of what is in use."""

_PAGE = sysconf("SC_PAGE_SIZE")


class MemoryCeiling:
    """Lowers the limit on address space for a while.

    A variable that holds 300 MB of text in an object with a generated `__repr__` must not kill the sandbox at the end of an
    execution that went well. With the ceiling such a `__repr__` gets a MemoryError.
    """

    def __init__(self) -> None:
        self._former: tuple[int, int] | None = None

    def lower(self) -> None:
        """Allows HEADROOM more from here on, unless that is done already. Leaves things as they are where it cannot."""
        if self._former is not None:
            return
        try:
            soft, hard = getrlimit(RLIMIT_AS)
            ceiling = _address_space() + HEADROOM
            if soft == RLIM_INFINITY or ceiling < soft:
                self._former = (soft, hard)
                setrlimit(RLIMIT_AS, (ceiling, hard))
        except (OSError, ValueError):
            return

    def lift(self) -> None:
        """Puts back the limit that `lower` found."""
        if self._former is not None:
            setrlimit(RLIMIT_AS, self._former)
            self._former = None


def _address_space() -> int:
    descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    try:
        return int(read(descriptor, 256).split()[0]) * _PAGE
    finally:
        close(descriptor)
