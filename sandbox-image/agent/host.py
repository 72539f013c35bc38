"""What the host says: its frames, and what each of them asks for."""

from sealed import BUILTINS as __builtins__

from os import _exit, write

from attendance import Attendance
from capture import EXIT_FAULT, EXIT_HOST_GONE, Channel
from descriptors import Descriptors
from frames import FrameReader, ProtocolViolation
from hostcalls import HostCalls
from interrupts import Interrupts
from parts import Parts


def fail(descriptor: int, status: int, text: str) -> None:
    """Says one line and ends the process."""
    try:
        write(descriptor, f"rlm agent: {text}\n".encode(errors="replace")[:1024])
    finally:
        _exit(status)


class Host:
    """Takes the host's frames: for the main thread or the thread that reads, whichever is in charge."""

    def __init__(
        self, descriptors: Descriptors, runner, channel: Channel, interrupts: Interrupts, calls: HostCalls, attendance: Attendance
    ) -> None:
        self._in = descriptors.host_in
        self._error = descriptors.host_error
        self._frames = FrameReader(descriptors.host_in)
        self._runner = runner
        self._channel = channel
        self._interrupts = interrupts
        self._calls = calls
        self._attendance = attendance
        self._parts = Parts()

    def listen(self) -> None:
        """Takes frames whenever the helpers are on duty. For a thread of its own."""
        self._attendance.report()
        on_duty = False
        while True:
            try:
                if not on_duty:
                    self._attendance.await_duty()
                    on_duty = True
                elif self._attendance.frame_comes(self._in, self._frames.arrived()):
                    self.take()
                else:
                    on_duty = False
            except MemoryError:
                # User code has taken all there is and is about to hear of it. No frame was begun.
                continue

    def take(self) -> None:
        """Waits for a frame and acts on it. Ends the process with the stream, or when that is broken."""
        try:
            # No name here keeps a message, with the context in it, until the next one comes.
            if not self._handle(self._frames.read()):
                _exit(EXIT_HOST_GONE)
        except ProtocolViolation as error:
            fail(self._error, EXIT_FAULT, f"protocol: {error}")
        except BaseException as error:
            fail(self._error, EXIT_FAULT, f"reading frames: {type(error).__name__}: {error}")

    def _handle(self, message: dict | None) -> bool:
        """Acts on one frame; False at the end of the stream. Raises ProtocolViolation for what the protocol does not know."""
        if message is None:
            return False
        kind = message.get("type")
        identifier = message.get("id")
        if type(identifier) is not str:
            raise ProtocolViolation("a message without an id")
        if kind == "execute":
            self._begin(identifier, message)
        elif kind == "context_part":
            if self._channel.busy:
                raise ProtocolViolation("a part of a context while an execution runs")
            self._parts.add(message)
        elif kind == "interrupt":
            if self._attendance.attended:
                self._interrupts.request(identifier)
                self._channel.look()
            else:
                self._interrupts.note(identifier)
        elif kind == "reply":
            self._calls.answer(message)
        elif kind == "variables":
            self._runner.tell_variables(identifier)
        else:
            raise ProtocolViolation("an unknown message")
        return True

    def _begin(self, identifier: str, message: dict) -> None:
        if self._channel.busy:
            raise ProtocolViolation("an execution while another runs")
        if type(message.get("code")) is not str:
            raise ProtocolViolation("an execution without code")
        functions = message.get("functions", [])
        if type(functions) is not list or not all(type(name) is str for name in functions):
            raise ProtocolViolation("functions are not a list of names")
        self._parts.claim(message)
        self._channel.begin(identifier)
        self._interrupts.begin(identifier)
        self._runner.submit(message)
