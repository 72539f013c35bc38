"""Carries everything to the host: what user code wrote to descriptors 1 and 2, and the frames of the rest of the agent.

Where nothing can disturb the main thread it sends what came of a short execution itself, in one piece. Everything else is written
by one thread: an interrupt or a signal handler of user code runs in the main thread, so neither can tear a frame, and no lock is
left locked. Frames of others wait in a queue; before they go, what is in the pipes goes, so that what was printed before a result
or a call arrives before it.

A piece of output is passed on almost at once if none went shortly before it: what comes before the result of a short execution goes
together with it, which spares the interpreter some changes of threads. In a flood the thread rests between pieces, so that the
flood comes in few large ones and the code that makes it keeps the interpreter.
"""

from sealed import BUILTINS as __builtins__

from _codecs import utf_8_decode
from _collections import deque
from _thread import start_new_thread
from os import _exit, eventfd_read, eventfd_write, read, write
from select import select
from time import monotonic, sleep

from attendance import Attendance
from frames import frame, json_text
from interrupts import RETRY_SECONDS, Interrupts

PIECE = 64 * 1024
"""Bytes of the largest piece of output before it is encoded."""

_READ = PIECE - 4
"""Bytes read at once: an unfinished character of the piece before goes in front."""

_REST_SECONDS = 0.004
_TOGETHER_SECONDS = 0.0005
"""How long a piece of output waits for the result. A change of threads costs about half of it under gVisor."""

_SMALL = PIECE // 2

EXIT_HOST_GONE = 0
EXIT_FAULT = 70


class _Stream:
    """One captured pipe, and what is left of a character that came in two pieces."""

    def __init__(self, descriptor: int, name: bytes) -> None:
        self.descriptor = descriptor
        self.name = name
        self.rest = b""

    def decode(self, data: bytes, final: bool) -> str:
        """`data` as text with U+FFFD for what is not UTF-8. Keeps an unfinished character, unless `final`."""
        data = self.rest + data
        text, used = utf_8_decode(data, "replace", final)
        self.rest = data[used:]
        return text


class Item:
    """A frame that waits to be sent. A `last` one ends its execution; after one that is `closing` the helpers go off duty."""

    __slots__ = ("body", "closing", "last", "sent")

    def __init__(self, body: bytes, last: bool, closing: bool) -> None:
        self.body = body
        self.last = last
        self.closing = closing
        self.sent = False


class Channel:
    """The way to the host. `post` and `begin` may be called from any thread, `say` and `finish` from the main thread."""

    def __init__(
        self,
        host: int,
        stdout: int,
        stderr: int,
        wake: int,
        pipe_size: int,
        interrupts: Interrupts,
        attendance: Attendance,
    ) -> None:
        self._host = host
        self._streams = (_Stream(stdout, b"stdout"), _Stream(stderr, b"stderr"))
        self._descriptors = (stdout, stderr, wake)
        self._wake = wake
        self._pipe_size = pipe_size
        self._interrupts = interrupts
        self._attendance = attendance
        self._queue: deque[Item] = deque()
        self._identifier: bytes | None = None
        self._rest_until = 0.0
        self.busy = False
        """Whether an execution has begun and its result is not sent yet."""

    def start(self) -> None:
        """Starts the thread, which ends with the process: when the host no longer reads, or by a fault (status 70)."""
        start_new_thread(self._run, ())

    def begin(self, identifier: str) -> None:
        """Output belongs to the execution `identifier` from here on, until its result is sent."""
        self.busy = True
        self._identifier = json_text(identifier)

    def post(self, body: bytes) -> None:
        """Sends a frame, after the output that was written before. Returns at once."""
        self._enqueue(Item(body, False, False))

    def discard(self) -> None:
        """Drops what is in the pipes. For when no execution has begun and no thread is started."""
        for stream in self._streams:
            self._drain(stream, True, self._send)

    def say(self, body: bytes) -> None:
        """Sends a frame at once, after the output that was written before, or gives it to the helpers where they are on duty."""
        if self._attendance.attended:
            self.post(body)
            return
        for stream in self._streams:
            self._drain(stream, False, self._send)
        self._send(frame(body))

    def result(self, body: bytes, closing: bool) -> Item:
        """An item that ends the execution, to be given to `finish`. `closing`: the main thread can go on without helpers."""
        return Item(body, True, closing)

    def finish(self, item: Item) -> None:
        """Sends a result. Sending the same item twice is the same as once."""
        if item.sent:
            return
        if item.closing and self._attendance.take():
            try:
                self._finish_alone(item)
                return
            except MemoryError:
                self._attendance.leave()
        self._attendance.alone = False
        self._enqueue(item)

    def look(self) -> None:
        """Makes the thread look at the state of interrupts."""
        eventfd_write(self._wake, 1)

    def _enqueue(self, item: Item) -> None:
        self._queue.append(item)
        eventfd_write(self._wake, 1)

    def _run(self) -> None:
        self._attendance.report()
        short = False
        while True:
            try:
                if short:
                    # User code has taken all there is and is about to hear of it. A piece of output may be lost, no frame is.
                    sleep(_REST_SECONDS)
                    eventfd_write(self._wake, 1)
                    short = False
                elif not self._attendance.attended:
                    self._attendance.await_need()
                    if self._attendance.attended:
                        self._send_queue()
                else:
                    self._turn()
            except MemoryError:
                short = True
            except BaseException:
                _exit(EXIT_FAULT)

    def _turn(self) -> None:
        timeout = RETRY_SECONDS if self._interrupts.pending() else None
        rest = self._rest_until - monotonic()
        if rest > 0:
            ready = select((self._wake,), (), (), rest)[0]
        else:
            ready = select(self._descriptors, (), (), timeout)[0]
            if ready and self._wake not in ready:
                ready = select((self._wake,), (), (), _TOGETHER_SECONDS)[0] or ready
        if self._interrupts.pending():
            self._interrupts.nudge()
        if self._wake in ready:
            eventfd_read(self._wake)
            self._send_queue()
            return
        for stream in self._streams:
            # What nobody wants is not worth a busy thread either.
            if stream.descriptor in ready and (self._pass_on(stream, self._send) < _SMALL or self._identifier is None):
                self._rest_until = monotonic() + _REST_SECONDS

    def _send_queue(self) -> None:
        # Only what is there now: threads that keep calling must not hold up what is behind them.
        for _ in range(len(self._queue)):
            item = self._queue[0]
            if not item.sent:
                for stream in self._streams:
                    self._drain(stream, item.last, self._send)
                data = frame(item.body)
                if item.last:
                    self._end()
                item.sent = True
                if item.closing:
                    self._attendance.withdraw()
                self._send(data)
            self._queue.popleft()
            if item.closing:
                self._attendance.hand_back()
                return

    def _end(self) -> None:
        """From the moment the host sees the result it may send the next execution."""
        self._identifier = None
        self.busy = False

    def _finish_alone(self, item: Item) -> None:
        pieces = []
        for stream in self._streams:
            self._drain(stream, True, pieces.append)
        pieces.append(frame(item.body))
        data = b"".join(pieces)
        self._end()
        item.sent = True
        self._send(data)

    def _drain(self, stream: _Stream, final: bool, send) -> None:
        """Passes on what is in the pipe now: at most what fits in it, so that a thread that never stops cannot hold us."""
        left = self._pipe_size
        while left > 0:
            size = self._pass_on(stream, send)
            if size < _READ:
                # The pipe was empty then, which spares asking again.
                break
            left -= size
        if final:
            self._send_output(stream, stream.decode(b"", True), send)

    def _pass_on(self, stream: _Stream, send) -> int:
        try:
            data = read(stream.descriptor, _READ)
        except BlockingIOError:
            return 0
        self._send_output(stream, stream.decode(data, False), send)
        return len(data)

    def _send_output(self, stream: _Stream, text: str, send) -> None:
        identifier = self._identifier
        if text and identifier is not None:
            send(frame(b'{"type":"%b","id":%b,"data":%b}' % (stream.name, identifier, json_text(text))))

    def _send(self, data: bytes) -> None:
        try:
            sent = write(self._host, data)
            while sent < len(data):
                sent += write(self._host, memoryview(data)[sent:])
        except BrokenPipeError:
            _exit(EXIT_HOST_GONE)
        except BaseException:
            # The frame may be torn.
            _exit(EXIT_FAULT)
