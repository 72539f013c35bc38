"""How much memory there is, and a ceiling for what user code may allocate while the agent asks it how its values look."""

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
        except (OSError, ValueError, IndexError):
            return

    def lift(self) -> None:
        """Puts back the limit that `lower` found."""
        if self._former is not None:
            setrlimit(RLIMIT_AS, self._former)
            self._former = None


_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def available() -> int | None:
    """Bytes that may still be allocated, about; None where that cannot be told.

    gVisor tells what is left of the sandbox's limit as if that were the machine; elsewhere the machine has more than the limit,
    which the control group tells.
    """
    rooms = []
    for line in _content("/proc/meminfo").splitlines():
        if line.startswith(b"MemAvailable:"):
            rooms.append(int(line.split()[1]) * 1024)
    for path in _LIMITS:
        limit = _content(path).strip()
        if limit.isdigit():
            rooms.append(int(limit) - _private_memory())
    return min(rooms, default=None)


def _private_memory() -> int:
    _, resident, shared = _content("/proc/self/statm").split()[:3]
    return (int(resident) - int(shared)) * _PAGE


def _content(path: str) -> bytes:
    """The beginning of a file of the kernel's; nothing if there is no such file."""
    try:
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
    except OSError:
        return b""
    try:
        return read(descriptor, 4096)
    finally:
        close(descriptor)


def _address_space() -> int:
    return int(_content("/proc/self/statm").split()[0]) * _PAGE
