"""Functions of the host that code in the sandbox calls like its own.

A call sends a frame and waits for the thread that reads frames to bring the answer, without polling. Any number of threads
may wait at once. Where nobody but the main thread runs, it sends and reads by itself, which spares changes of threads. A call belongs to the execution that runs when it is made: when that ends, calls that still wait fail, and
none is made until the next execution, and then only of functions that this one was given.
"""

from sealed import BUILTINS as __builtins__

import builtins
from _thread import allocate_lock
from itertools import count

from attendance import Attendance
from capture import Channel
from frames import ProtocolViolation, json_text
from interrupts import Interrupts
from values import JsonEncoder, NotJson, TooLarge

ARGUMENTS_LIMIT = 1_000_000
"""Bytes of JSON for all arguments of a call."""

NESTING = 60
"""Levels of an argument: with the frame around it the host reads 64."""

_EXCEPTIONS = {name: kind for name, kind in vars(builtins).items() if type(kind) is type and issubclass(kind, Exception)}


class HostCallError(RuntimeError):
    """A call of a host's function failed, with an error that is not one of Python's own."""

    __module__ = "builtins"


class _Waiting:
    """A call on its way: `lock` is released when it is answered."""

    __slots__ = ("error", "identifier", "lock", "value")

    def __init__(self, identifier: str) -> None:
        self.identifier = identifier
        self.lock = allocate_lock()
        self.lock.acquire()
        self.value: object = None
        self.error: Exception | None = None


class _Grant:
    """What the running execution may call."""

    __slots__ = ("identifier", "names")

    def __init__(self, identifier: str, names: frozenset[str]) -> None:
        self.identifier = identifier
        self.names = names


class HostCalls:
    """`begin` and `end` are for the main thread, `answer` for the thread that reads frames, `call` for all."""

    def __init__(self, channel: Channel, attendance: Attendance, interrupts: Interrupts) -> None:
        self._channel = channel
        self._attendance = attendance
        self._interrupts = interrupts
        self._take = None
        self._alone = False
        self._numbers = count(1)
        self._grant: _Grant | None = None
        self._waiting: dict[int, _Waiting] = {}
        self._functions: dict[str, object] = {}

    def serve_by(self, take) -> None:
        """`take` waits for a frame of the host's and acts on it: for the main thread, when that is in charge."""
        self._take = take

    def function(self, name: str):
        """The Python function that calls `name` on the host: always the same one."""
        function = self._functions.get(name)
        if function is None:
            function = self._functions[name] = _function(self, name)
        return function

    def begin(self, identifier: str, names: list[str]) -> None:
        """From here on the execution `identifier` may call the functions `names`."""
        self._grant = _Grant(identifier, frozenset(names))

    def end(self) -> None:
        """Ends the right to call; calls that still wait raise HostCallError."""
        self._grant = None
        while self._waiting:
            try:
                _, waiting = self._waiting.popitem()
            except KeyError:
                return
            waiting.error = HostCallError("the execution that made this call has ended")
            waiting.lock.release()

    def call(self, name: str, arguments: tuple, keywords: dict) -> object:
        """Calls `name` on the host and returns its answer, a value as JSON holds it.

        Raises TypeError for arguments that JSON does not hold or that are too large, HostCallError when no call can be made,
        and what the host answers with.
        """
        grant = self._grant
        if grant is None:
            raise HostCallError(f"{name}() was called after its execution ended")
        if name not in grant.names:
            raise HostCallError(f"{name}() is not available to this execution")
        if self._alone:
            # A destructor that the collector called while the main thread waits for an answer, which nobody else can take.
            raise HostCallError(f"{name}() was called while another call waits")
        packed = _pack(name, arguments, keywords)
        number = next(self._numbers)
        waiting = _Waiting(grant.identifier)
        self._waiting[number] = waiting
        try:
            # `end` first takes the grant away and then looks who waits: one of the two sees the other.
            if self._grant is not grant:
                raise HostCallError(f"{name}() was called after its execution ended")
            body = b'{"type":"call","id":%b,"call":%d,"name":%b,%b}' % (
                json_text(grant.identifier),
                number,
                json_text(name),
                packed,
            )
            if self._attendance.dispensable() and self._attendance.take():
                self._call_alone(body, waiting)
            else:
                self._channel.post(body)
                waiting.lock.acquire()
        finally:
            self._waiting.pop(number, None)
        if waiting.error is not None:
            raise waiting.error
        return waiting.value

    def _call_alone(self, body: bytes, waiting: _Waiting) -> None:
        self._alone = True
        try:
            self._channel.say(body)
            while waiting.lock.locked() and not self._interrupts.pending():
                self._take()
        finally:
            self._alone = False
            self._attendance.leave()
        if waiting.lock.locked():
            self._interrupts.nudge()
            # Unless it was granted at that moment: the answer comes by way of the helpers.
            waiting.lock.acquire()

    def answer(self, message: dict) -> None:
        """Hands the host's `reply` to the call that waits for it; ignored if none does.

        Raises ProtocolViolation for one that is not as the protocol says.
        """
        number = message.get("call")
        if type(number) is not int or ("value" in message) == ("error" in message):
            raise ProtocolViolation("a reply without a call, or without one of value and error")
        error = _exception(message["error"]) if "error" in message else None
        waiting = self._waiting.get(number)
        if waiting is None or waiting.identifier != message["id"] or self._waiting.pop(number, None) is None:
            return
        waiting.value = message.get("value")
        waiting.error = error
        waiting.lock.release()


def _pack(name: str, arguments: tuple, keywords: dict) -> bytes:
    encoder = JsonEncoder(NESTING)
    try:
        first = encoder.encode(arguments, ARGUMENTS_LIMIT)
        second = encoder.encode(keywords, ARGUMENTS_LIMIT - len(first))
    except NotJson as error:
        problem = f"the arguments of {name}() travel as JSON, and {error}"
    except TooLarge:
        problem = f"the arguments of {name}() take more than {ARGUMENTS_LIMIT:,} bytes of JSON"
    else:
        return b'"args":%b,"kwargs":%b' % (first, second)
    raise TypeError(problem)


def _exception(error: object) -> Exception:
    if type(error) is not dict:
        raise ProtocolViolation("an error without name and message")
    name, message = error.get("name"), error.get("message")
    if type(name) is not str or type(message) is not str:
        raise ProtocolViolation("an error without name and message")
    if name in _EXCEPTIONS:
        try:
            return _EXCEPTIONS[name](message)
        except TypeError:
            # UnicodeDecodeError and a few others are not made from a text.
            pass
    return HostCallError(message if name == "HostCallError" else f"{name}: {message}")


def _function(calls: HostCalls, name: str):
    def function(*args, **kwargs):
        return calls.call(name, args, kwargs)

    function.__name__ = function.__qualname__ = name
    function.__module__ = "host"
    function.__doc__ = (
        f"Calls {name} on the host and returns its answer.\n\n"
        "Arguments and answer travel as JSON: None, booleans, numbers, text, lists, and dictionaries with text keys.\n"
        "Raises what the host answers with, or HostCallError."
    )
    return function
