"""What is told of an exception: its type, its text, and a traceback in which the agent does not appear.

Importing this module is what costs most at the start (`traceback` brings `re`), so the agent does it after it said `ready`,
and before any user code.
"""

from sealed import BUILTINS as __builtins__

from errno import EAGAIN
from os.path import dirname
from traceback import TracebackException

from representation import qualified_name

VALUE_LIMIT = 16 * 1024
"""Characters of an exception's text."""

TRACEBACK_LIMIT = 64 * 1024
"""Characters of a traceback."""

_FRAMES = 2000
"""Frames looked at for one exception: more than the interpreter's own limit on recursion allows by default."""

_CHAIN = 16
"""Exceptions looked at, along causes and contexts, for a lack of processes or threads."""

_AGENT = dirname(__file__) + "/"
_STARTS_PROCESS = frozenset(("fork", "forkpty", "fork_exec", "_fork_exec", "posix_spawn", "posix_spawnp", "Popen"))
_NO_THREAD = "can't start new thread"

_cause = BaseException.__dict__["__cause__"].__get__
_context = BaseException.__dict__["__context__"].__get__
_arguments = BaseException.__dict__["args"].__get__
_traceback = BaseException.__dict__["__traceback__"].__get__
_exact_text = str.__getitem__


class ErrorReport:
    """An exception as the host is told of it: four plain values, each within its bound."""

    __slots__ = ("name", "process_limit", "traceback", "value")

    def __init__(self, name: str, value: str, traceback: str, process_limit: bool) -> None:
        self.name = name
        self.value = value
        self.traceback = traceback
        self.process_limit = process_limit


def describe(error: BaseException) -> ErrorReport:
    """Describes `error`, calling its `__str__` and whatever else its class defines.

    Only an interrupt, or what the class raises beside `Exception`, comes through.
    """
    return ErrorReport(qualified_name(type(error)), _text(error), _formatted(error), says_no_process(error))


def describe_without_user_code(error: BaseException) -> ErrorReport:
    """Describes `error` as far as that goes without calling anything its class defines. Never raises."""
    name = qualified_name(type(error))
    return ErrorReport(name, "", _plain_traceback(error, name), says_no_process(error))


def cut_middle(text: str, limit: int) -> str:
    """`text` in at most `limit` characters: its beginning and its end, with a note of what is missing between them."""
    if len(text) <= limit:
        return text
    note = f"\n[... {len(text) - limit} or more characters left out ...]\n"
    kept = limit - len(note)
    return text[: kept // 2] + note + text[len(text) - (kept - kept // 2) :]


def says_no_process(error: BaseException) -> bool:
    """Whether `error`, or what caused it, says that no process or thread could be started."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen and len(seen) < _CHAIN:
        seen.add(id(error))
        arguments = _arguments(error)
        if issubclass(type(error), RuntimeError) and arguments[:1] == (_NO_THREAD,) and type(arguments[0]) is str:
            return True
        if type(error) is BlockingIOError and error.errno == EAGAIN and _raised_by_fork(error):
            return True
        error = _cause(error) or _context(error)
    return False


def _raised_by_fork(error: BaseException) -> bool:
    # A read from a descriptor that does not block fails the same way; the difference is in what the code was calling.
    step = _traceback(error)
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return step is not None and not _STARTS_PROCESS.isdisjoint(step.tb_frame.f_code.co_names)


def _text(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:
        return "<exception str() failed>"
    if len(text) > 4 * VALUE_LIMIT:
        # `len` and slices of a subclass of str are its own.
        text = _exact_text(text, slice(None, 2 * VALUE_LIMIT)) + _exact_text(text, slice(-2 * VALUE_LIMIT, None))
    return cut_middle(_exact_text(text, slice(None)), VALUE_LIMIT)


def _formatted(error: BaseException) -> str:
    try:
        report = TracebackException(type(error), error, _traceback(error), limit=_FRAMES, compact=True)
        _leave_out_agent(report)
        pieces: list[str] = []
        size = 0
        for piece in report.format():
            pieces.append(piece)
            size += len(piece)
            if size > 4 * TRACEBACK_LIMIT:
                pieces = [cut_middle("".join(pieces), TRACEBACK_LIMIT)]
                size = TRACEBACK_LIMIT
        return cut_middle("".join(pieces), TRACEBACK_LIMIT)
    except Exception:
        # User code can break the standard library under our feet, or leave too little memory.
        return _plain_traceback(error, qualified_name(type(error)))


def _leave_out_agent(report: TracebackException) -> None:
    todo = [report]
    while todo:
        one = todo.pop()
        if one.stack is not None:
            one.stack[:] = [entry for entry in one.stack if not _is_agent_file(entry.filename)]
            if not one.stack:
                one.stack = None
        todo.extend(other for other in (one.__cause__, one.__context__) if other is not None)
        todo.extend(one.exceptions or ())


def _is_agent_file(name: str) -> bool:
    return name.startswith(_AGENT)


def _plain_traceback(error: BaseException, name: str) -> str:
    lines = ["Traceback (most recent call last):"]
    step = _traceback(error)
    while step is not None and len(lines) < 100:
        code = step.tb_frame.f_code
        if not _is_agent_file(code.co_filename):
            lines.append(f'  File "{code.co_filename[:200]}", line {step.tb_lineno}, in {code.co_name[:200]}')
        step = step.tb_next
    lines.append(name)
    return "\n".join(lines) + "\n"
