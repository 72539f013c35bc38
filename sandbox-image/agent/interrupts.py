"""Ends user code when the host asks for it, and nothing but user code.

The host's `interrupt` arrives in the thread that reads frames. It notes the wish and sends the main thread a signal, which
also ends a `sleep` or a wait for a lock; the handler, which Python runs in the main thread, raises KeyboardInterrupt.

Three things keep the interrupt where it belongs. The wish names an execution, so one that arrives late means nothing to the
next. The handler raises only while `call` runs user code. And it does not raise in the frame of `call` itself, where user code
has not begun or has just ended; since a signal may also come a moment before a system call that blocks, whoever watches
`pending` calls `nudge` again until the wish is granted or the execution over.

The signal is one that user code has no use for, not SIGINT: `asyncio.run` and others install handlers of their own there. The
guard keeps its handler in place.
"""

from sealed import BUILTINS as __builtins__

from _signal import SIG_UNBLOCK, SIGRTMAX, pthread_kill, pthread_sigmask, signal
from _thread import get_ident

SIGNAL = SIGRTMAX - 1

RETRY_SECONDS = 0.02
"""After which a wish that was not granted is worth another signal."""


class Interrupts:
    """To be made in the main thread. `request`, `pending` and `nudge` may be called from any thread."""

    def __init__(self) -> None:
        self._main = get_ident()
        self._running: str | None = None
        self._wanted: str | None = None
        self._armed = False
        self._value: object = None
        self._error: BaseException | None = None
        self.delivered = False
        """Whether the running execution, or the last one, was interrupted by the host."""

    def install(self) -> None:
        """Installs the handler. To be called in the main thread."""
        signal(SIGNAL, self._deliver)

    def begin(self, identifier: str) -> None:
        """From here on interrupts for `identifier` count."""
        self.delivered = False
        self._wanted = None
        self._running = identifier

    def end(self) -> None:
        """From here on no interrupt counts."""
        self._running = None
        self._wanted = None

    def request(self, identifier: str) -> None:
        """The host's wish to interrupt `identifier`: ignored unless that is what runs."""
        if identifier == self._running:
            self._wanted = identifier
            self.nudge()

    def note(self, identifier: str) -> None:
        """As `request`, for the main thread itself, which has to `nudge` where the interrupt may come."""
        if identifier == self._running:
            self._wanted = identifier

    def pending(self) -> bool:
        """Whether a wish waits to be granted."""
        return self._wanted is not None and self._wanted == self._running

    def nudge(self) -> None:
        """Makes the main thread look at once."""
        pthread_kill(self._main, SIGNAL)

    def unblock(self) -> None:
        """Undoes what user code did to keep the signal out. To be called in the main thread."""
        pthread_sigmask(SIG_UNBLOCK, (SIGNAL,))

    def call(self, work, argument: object) -> tuple[object, BaseException | None]:
        """Runs `work(argument)` so that the host's interrupt reaches it. What it returned, and what it raised."""
        try:
            try:
                self._armed = True
                self._value = work(argument)
            finally:
                self._armed = False
        except BaseException as error:
            self._armed = False
            self._error = error
        return self._take()

    def _take(self) -> tuple[object, BaseException | None]:
        # Not in variables of `call`: its frame is in reach of the traceback, and a cycle would keep what user code dropped.
        value, error = self._value, self._error
        self._value = self._error = None
        return value, error

    def _deliver(self, number: int, frame) -> None:
        if self._armed and self.pending() and frame is not None and frame.f_code is not _CALL:
            self._wanted = None
            self.delivered = True
            raise KeyboardInterrupt


_CALL = Interrupts.call.__code__
