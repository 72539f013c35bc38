"""The agent's descriptors, out of the way of user code.

User code owns 0, 1 and 2: `/dev/null` and two pipes that the agent reads. Everything else the agent needs stands in one
consecutive range at the top of what the container's limit of 256 open files allows, so that the guard can protect it with two
comparisons, and so that `open` in user code does not come near it.
"""

from sealed import BUILTINS as __builtins__

from os import (
    EFD_CLOEXEC,
    EFD_NONBLOCK,
    O_CLOEXEC,
    O_RDWR,
    close,
    closerange,
    dup2,
    eventfd,
    open,
    pipe2,
    set_blocking,
    sysconf,
)
from fcntl import F_GETPIPE_SZ, F_SETPIPE_SZ, fcntl
from time import CLOCK_MONOTONIC

try:
    from os import TFD_CLOEXEC, TFD_NONBLOCK, timerfd_create
except ImportError:
    # Before Python 3.13.
    timerfd_create = None

_HIGHEST = 256
_SLOTS = 11
_LOWEST = 16

_PIPE_SIZE = 256 * 1024
"""A larger pipe lets a flood of output through in fewer turns. The kernel's default is taken where it allows no more."""


class Descriptors:
    """Claims descriptors 0, 1 and 2 and moves the protocol to the protected range. To be made once, before any thread.

    Raises OSError if the limit on open files leaves no room.
    """

    def __init__(self) -> None:
        limit = sysconf("SC_OPEN_MAX")
        top = _HIGHEST if limit < 0 else min(_HIGHEST, limit)
        if top - _SLOTS < _LOWEST:
            raise OSError(f"a limit of {limit} open files is too low")
        self.first = top - _SLOTS
        self.last = top - 1
        # What the starter left open is not for user code, and must not stand where the range goes.
        closerange(3, max(limit, top))
        self._next = self.first + 2
        self.host_in = self._copy(0)
        self.host_out = self._copy(1)
        self.host_error = self._copy(2)
        self._null = self._move(open("/dev/null", O_RDWR | O_CLOEXEC))
        self.stdout, self._stdout_end = self._pipe()
        self.stderr, self._stderr_end = self._pipe()
        self.wake = self._move(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
        # Below the rest: attacks on the protocol, those of the tests too, know its numbers.
        self._next = self.first
        self.stop = self._move(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
        self.timer = self._timer()
        self.pipe_size = fcntl(self.stdout, F_GETPIPE_SZ)
        self.restore()

    def restore(self) -> None:
        """Makes 0, 1 and 2 what they are at the start of an execution, whatever user code did to them.

        User code that forbids itself open files may be left without.
        """
        for source, target in ((self._null, 0), (self._stdout_end, 1), (self._stderr_end, 2)):
            try:
                dup2(source, target)
                set_blocking(target, True)
            except OSError:
                continue

    def _copy(self, descriptor: int) -> int:
        target = self._next
        self._next += 1
        return dup2(descriptor, target, inheritable=False)

    def _move(self, descriptor: int) -> int:
        target = self._copy(descriptor)
        close(descriptor)
        return target

    def _timer(self) -> int | None:
        if timerfd_create is None:
            return None
        return self._move(timerfd_create(CLOCK_MONOTONIC, flags=TFD_CLOEXEC | TFD_NONBLOCK))

    def _pipe(self) -> tuple[int, int]:
        reading, writing = map(self._move, pipe2(O_CLOEXEC))
        set_blocking(reading, False)
        try:
            fcntl(reading, F_SETPIPE_SZ, _PIPE_SIZE)
        except OSError:
            pass
        return reading, writing
