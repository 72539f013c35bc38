"""Who speaks with the host: the main thread by itself, or two helpers for it.

Under gVisor a system call costs about 20 µs and a change of threads 0.1 to 0.3 ms: more than most executions take. So the main
thread reads an `execute` itself, runs it and sends what came of it, and no other thread wakes up. When the code has run for a
moment, or calls the host, the helpers take over: one reads frames, the other sends them, until the result is sent. They stay
on duty where user code left something behind that may disturb the main thread between two executions.

One lock decides, and nobody ever waits for it. It is free only while code runs that nobody attends; who takes it is in charge.
"""

from sealed import BUILTINS as __builtins__

from _signal import default_int_handler, getsignal, valid_signals
from _thread import allocate_lock
from os import eventfd_read, eventfd_write, read
from select import select
from sys import _current_exceptions
from time import sleep

try:
    from os import timerfd_settime
except ImportError:
    # Before Python 3.13: the helpers are always on duty.
    timerfd_settime = None

from interrupts import SIGNAL

MOMENT_SECONDS = 0.002
"""How long code runs before the helpers take over: interrupts are heard, and output is passed on, from then on."""

_HELPERS = 2

_SIGNALS = tuple(sorted(valid_signals() - {SIGNAL}))


class Attendance:
    """Divides the work between the main thread, the thread that sends and the thread that reads."""

    def __init__(self, timer: int | None, wake: int, stop: int) -> None:
        self.alone = timer is not None
        """Whether the main thread reads the next frame: set by whoever is in charge."""
        self.attended = False
        """Whether the helpers are in charge."""
        self._timer = timer
        self._alarms = (wake,) if timer is None else (wake, timer)
        self._stop = stop
        self._free = _locked()
        self._duty = _locked()
        self._stopped = _locked()
        self._turn = _locked()
        self._reported: list[None] = []
        if timer is None:
            self._free.release()
            eventfd_write(wake, 1)

    # For the main thread.

    def await_helpers(self) -> None:
        """Waits until both helpers run.

        A thread that is about to begin may be in no count yet. And when it begins, the C library gives it an arena of its own:
        64 MiB of addresses, which under a `MemoryCeiling` would be all that is left.
        """
        while len(self._reported) < _HELPERS:
            sleep(0)

    def leave(self) -> None:
        """Lets the helpers take over, in a moment or when something wakes them, unless they are on duty already."""
        if self.alone:
            # In this order: an alarm that rings while this thread has not released the lock yet would be in vain.
            self._free.release()
            timerfd_settime(self._timer, initial=MOMENT_SECONDS)

    def take(self) -> bool:
        """Takes charge again, unless the helpers have it."""
        return self._free.acquire(False)

    def dispensable(self) -> bool:
        """Whether nothing of user code's can raise in the main thread while that waits for the host and speaks with it.

        Nothing of it can print then either. Raises what an audit hook of user code's does.
        """
        # Unlike `threading.active_count` and `_thread._count`, this also knows threads that are about to begin.
        if self._timer is None or len(_current_exceptions()) > 1 + _HELPERS:
            return False
        for number in _SIGNALS:
            handler = getsignal(number)
            if handler is not None and type(handler) is not int and handler is not default_int_handler:
                return False
        return True

    def disarm(self) -> None:
        """Keeps the helpers asleep. For who is in charge."""
        if self._timer is not None:
            timerfd_settime(self._timer, initial=0)

    def rest(self) -> None:
        """Waits until there may be something to do."""
        self._turn.acquire()

    # For both helpers.

    def report(self) -> None:
        """Says that the calling thread runs. The first thing that it does."""
        self._reported.append(None)

    # For the thread that sends.

    def await_need(self) -> None:
        """Sleeps until something wakes the helpers, who are then on duty unless the main thread was faster."""
        # First the alarm, then the lock: if the lock is not free, the alarm of the next `leave` is still to come.
        for descriptor in select(self._alarms, (), ())[0]:
            try:
                read(descriptor, 8)
            except BlockingIOError:
                # The timer has been set anew.
                continue
        if self._free.acquire(False):
            self.attended = True
            self._duty.release()
            self.disarm()

    def withdraw(self) -> None:
        """Asks the thread that reads to stop. To be called before the host can know of it, and then `hand_back`."""
        eventfd_write(self._stop, 1)

    def hand_back(self) -> None:
        """Puts the main thread in charge, when the other thread has stopped reading."""
        self._stopped.acquire()
        self.attended = False
        self.alone = True
        self.rouse()

    # For the thread that reads.

    def await_duty(self) -> None:
        """Sleeps until the helpers are on duty."""
        self._duty.acquire()

    def frame_comes(self, descriptor: int, arrived: bool) -> bool:
        """Waits for the host, unless a frame has `arrived` already; False when its frames are for the main thread again."""
        if self._stop in select((descriptor, self._stop), (), (), 0 if arrived else None)[0]:
            eventfd_read(self._stop)
            self._stopped.release()
            return False
        return True

    def rouse(self) -> None:
        """Ends the main thread's `rest`."""
        if self._turn.locked():
            self._turn.release()


def _locked():
    lock = allocate_lock()
    lock.acquire()
    return lock
