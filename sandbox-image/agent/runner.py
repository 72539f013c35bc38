"""Runs what the host sends, one execution after the other, in one namespace that is kept.

User code can have left a signal handler that raises in the main thread at any moment, also while the agent works there. So
an execution is a `Job` that goes through its steps one by one, each of which may be broken off and done again, except for
running the code, which happens once.
"""

from sealed import BUILTINS as __builtins__

import builtins
import sys
from _ast import Expr, Expression
from _collections import deque
from _signal import ITIMER_PROF, ITIMER_REAL, ITIMER_VIRTUAL, setitimer
from linecache import cache
from os import _exit, getpid
from sys import getrecursionlimit, setprofile, setrecursionlimit, setswitchinterval, settrace

from attendance import Attendance
from capture import Channel, Item
from changes import ChangeTracker
from contexts import join_context, open_context
from descriptors import Descriptors
from errors import VALUE_LIMIT, ErrorReport, describe, describe_without_user_code
from frames import json_text
from hostcalls import HostCallError, HostCalls
from interrupts import Interrupts
from memory import MemoryCeiling
from representation import Representer
from streams import Streams
from values import ValueEncoder
from variables import listing

RESULT_LIMIT = 16 * 1024
"""Characters of the representation of a last expression's value."""

_SOURCES_LIMIT = 16 * 1024 * 1024
"""Characters of source that are kept for tracebacks; the oldest go first."""

_CONTEXTS = frozenset(("context", "context_file", "context_parts"))

_SWITCH_INTERVAL = 0.005
_TIMERS = (ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF)

_ONLY_SYNTAX_TREE = 0x400
_FUTURE_FLAGS = 0x400000 | 0x800000 | 0x1000000
"""What `from __future__ import` switches on for the rest of a session: barry_as_FLUFL, generator_stop, annotations."""

_MONITORING_TOOLS = range(6 if hasattr(sys, "monitoring") else 0)
if _MONITORING_TOOLS:
    _get_tool = sys.monitoring.get_tool
    _set_events = sys.monitoring.set_events

_exit_code = SystemExit.__dict__["code"].__get__
_exact_int = int.__pos__
_exact_text = str.__getitem__


class Job:
    """One execution on its way from the host's frame to the result."""

    def __init__(self, message: dict) -> None:
        self.message: dict = message
        self.identifier: str = message["id"]
        self.code: str = message["code"]
        self.next_step = 0
        self.left = False
        self.started = False
        self.value: object = None
        self.error: BaseException | None = None
        self.exit_code: int | None = None
        self.report: bytes | None = None
        self.item: Item | None = None
        self.interrupted = False
        self.limit_applied = False
        self.limit_noted = False


class Runner:
    """The main thread's work. `submit` and `tell_variables` may be called from another thread, the rest only in the main thread."""

    def __init__(
        self,
        descriptors: Descriptors,
        channel: Channel,
        interrupts: Interrupts,
        calls: HostCalls,
        streams: Streams,
        attendance: Attendance,
    ) -> None:
        self._descriptors = descriptors
        self._channel = channel
        self._interrupts = interrupts
        self._calls = calls
        self._streams = streams
        self._attendance = attendance
        self._process = getpid()
        self._submitted: Job | None = None
        self._modules = sys.modules
        self._main = type(sys)("__main__")
        self._namespace = self._main.__dict__
        self._builtins = builtins.__dict__
        self._builtins["HostCallError"] = HostCallError
        self._given: dict[str, int] = {}
        self._changes = ChangeTracker(self._namespace)
        self._memory = MemoryCeiling()
        self._agent_recursion = self._user_recursion = getrecursionlimit()
        self._flags = 0
        self._cells = 0
        self._sources: deque[tuple[str, int]] = deque()
        self._source_size = 0
        self._tidy_since_last = False
        self._restore_names()
        self._rehearsed = (self._begin, self._run, self._restore, self._report, self._flush, self._restore)
        self._steps = (self._leave, *self._rehearsed, self._finish, self._tidy)

    def submit(self, message: dict) -> None:
        """Hands over the next execution. The one before must be finished."""
        self._submitted = Job(message)
        self._attendance.rouse()

    def rehearse(self, code: str) -> None:
        """Goes through all of an execution of which the host hears nothing. To be called before `serve`."""
        job = Job({"id": "", "code": code})
        for step in self._rehearsed:
            step(job)
        self._calls.end()
        self._builtins.pop("_", None)
        cache.pop(f"<cell {self._cells}>", None)

    def tell_variables(self, identifier: str) -> None:
        """Answers the host's question, from any thread; not at all when there is no memory for it, or code is in the way."""
        try:
            names = listing(self._namespace, self._given)
            self._channel.say(b'{"type":"variables","id":%b,"names":%b}' % (json_text(identifier), names))
        except (MemoryError, RuntimeError):
            return

    def serve(self, host) -> None:
        """Runs what the host sends, for ever. What user code left behind may raise here at any time and is ignored."""
        while True:
            try:
                job = self._submitted
                if job is not None and job.next_step < len(self._steps):
                    self._steps[job.next_step](job)
                    job.next_step += 1
                elif self._attendance.alone:
                    host.take()
                else:
                    self._attendance.rest()
            except BaseException:
                continue

    def _leave(self, job: Job) -> None:
        if not job.left:
            job.left = True
            self._attendance.leave()

    def _begin(self, job: Job) -> None:
        if not (self._tidy_since_last and self._attendance.alone):
            self._clean()
        self._tidy_since_last = False

    def _restore_names(self) -> None:
        self._modules["__main__"] = self._main
        self._namespace.setdefault("__builtins__", builtins)

    def _run(self, job: Job) -> None:
        while not job.started and not self._interrupts.delivered:
            job.value, job.error = self._interrupts.call(self._execute, job)
        job.interrupted = self._interrupts.delivered
        if getpid() != self._process:
            self._end_child(job)

    def _execute(self, job: Job) -> object:
        job.started = True
        try:
            self._bind_given(job)
            self._changes.begin()
            body, last = self._compile(job.code)
            # From here on user code's own limit counts, which may be too low for what the agent does.
            job.limit_applied = True
            setrecursionlimit(self._user_recursion)
            if body is not None:
                exec(body, self._namespace)
            if last is None:
                return None
            value = eval(last, self._namespace)
            if value is not None:
                self._builtins["_"] = value
            return value
        finally:
            # Callbacks of user code must not run in the agent. In place, since a call of a function is what they may wait for.
            settrace(None)
            setprofile(None)
            for tool in _MONITORING_TOOLS:
                if _get_tool(tool) is not None:
                    _set_events(tool, 0)

    def _bind_given(self, job: Job) -> None:
        message, job.message = job.message, {}
        names = message.get("functions") or []
        for name in self._given.keys() - {"context", *names}:
            if self._given.pop(name) == id(self._namespace.get(name)):
                del self._namespace[name]
        if message.keys() & _CONTEXTS:
            context = self._namespace["context"] = _context(message)
            self._given["context"] = id(context)
        for name in names:
            function = self._namespace[name] = self._calls.function(name)
            self._given[name] = id(function)
        self._calls.begin(job.identifier, names)

    def _compile(self, source: str):
        """Code for all but a last expression, and code for that: either may be None. Raises what `compile` does."""
        if source:
            # What the host rehearses with has no number.
            self._cells += 1
        name = f"<cell {self._cells}>"
        self._keep_source(name, source)
        tree = compile(source, name, "exec", _ONLY_SYNTAX_TREE | self._flags, True)
        statements = tree.body
        body = last = None
        expression = statements.pop() if statements and type(statements[-1]) is Expr else None
        if statements:
            body = self._compile_tree(tree, name, "exec")
        if expression is not None:
            last = self._compile_tree(Expression(expression.value), name, "eval")
        return body, last

    def _compile_tree(self, tree, name: str, mode: str):
        code = compile(tree, name, mode, self._flags, True)
        self._flags |= code.co_flags & _FUTURE_FLAGS
        self._changes.code(code)
        return code

    def _keep_source(self, name: str, source: str) -> None:
        if len(source) > _SOURCES_LIMIT:
            return
        self._sources.append((name, len(source)))
        self._source_size += len(source)
        while self._source_size > _SOURCES_LIMIT:
            oldest, size = self._sources.popleft()
            self._source_size -= size
            cache.pop(oldest, None)
        lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        cache[name] = (len(source), None, [line + "\n" for line in lines], name)

    def _restore(self, job: Job) -> None:
        """Undoes what user code did to what the agent needs to report."""
        if not self._undisturbed():
            _stop_timers()
        if job.limit_applied and not job.limit_noted:
            self._user_recursion = getrecursionlimit()
            job.limit_noted = True
        setrecursionlimit(self._agent_recursion)
        setswitchinterval(_SWITCH_INTERVAL)
        self._restore_names()

    def _report(self, job: Job) -> None:
        if job.report is None:
            report = self._interrupts.call(self._describe, job)[0]
            job.report = self._describe_plainly(job) if report is None else report
        self._memory.lift()

    def _describe(self, job: Job) -> bytes:
        """The result frame. Calls user code: whatever it raises beside `Exception` comes through."""
        representer = Representer(self._memory.lower)
        outcome = self._outcome(job)
        result = None
        report = None
        if job.value is not None:
            result = representer.text(job.value, RESULT_LIMIT)[0]
        if job.error is not None and outcome != "exited":
            self._memory.lower()
            report = describe(job.error)
        variables, cut = self._changes.encode(self._given, ValueEncoder(representer))
        body = result_frame(job, outcome, result, variables, cut, report)
        job.value = job.error = None
        return body

    def _describe_plainly(self, job: Job) -> bytes:
        """The result frame without calling user code. Never raises."""
        self._memory.lift()
        try:
            representer = Representer(self._memory.lower, user_code=False)
            outcome = self._outcome(job)
            result = None if job.value is None else representer.text(job.value, RESULT_LIMIT)[0]
            report = None if job.error is None or outcome == "exited" else describe_without_user_code(job.error)
            variables, cut = self._changes.encode(self._given, ValueEncoder(representer))
            return result_frame(job, outcome, result, variables, cut, report)
        except Exception as failure:
            report = ErrorReport(type(failure).__name__, "the result could not be described", "", False)
            return result_frame(job, "raised", None, b"{}", True, report)

    def _outcome(self, job: Job) -> str:
        error = job.error
        if error is None:
            return "completed"
        if issubclass(type(error), SystemExit):
            if job.exit_code is None:
                job.exit_code, text = exit_status(error)
                if text is not None:
                    self._streams.write_error(text)
            return "exited"
        if job.interrupted and issubclass(type(error), KeyboardInterrupt):
            return "interrupted"
        return "raised"

    def _flush(self, job: Job) -> None:
        if self._interrupts.call(_flush_streams, self._streams)[0] is False:
            self._descriptors.restore()
            self._interrupts.call(_flush_streams, self._streams)

    def _finish(self, job: Job) -> None:
        self._interrupts.end()
        self._calls.end()
        if job.item is None:
            job.item = self._channel.result(job.report, self._undisturbed())
        self._channel.finish(job.item)

    def _undisturbed(self) -> bool:
        """Whether the main thread can do without helpers. Not where user code keeps it from finding out."""
        try:
            return self._attendance.dispensable()
        except BaseException:
            return False

    def _tidy(self, job: Job) -> None:
        """Does for the next execution what the result of this one need not wait for."""
        if self._attendance.alone:
            self._attendance.disarm()
        _stop_timers()
        self._clean()
        self._tidy_since_last = True

    def _clean(self) -> None:
        self._restore_names()
        self._descriptors.restore()
        self._streams.restore()
        self._interrupts.unblock()

    def _end_child(self, job: Job) -> None:
        """Ends a process that user code forked (possible without the guard): only the parent speaks to the host."""
        self._interrupts.call(_flush_streams, self._streams)
        _exit(0 if job.error is None else exit_status(job.error)[0] if type(job.error) is SystemExit else 1)


def result_frame(job: Job, status: str, result: str | None, variables: bytes, cut: bool, report: ErrorReport | None) -> bytes:
    """The JSON of a `result`."""
    error = b"null"
    if report is not None:
        error = b'{"name":%b,"value":%b,"traceback":%b,"process_limit":%b}' % (
            json_text(report.name),
            json_text(report.value),
            json_text(report.traceback),
            _boolean(report.process_limit),
        )
    return (
        b'{"type":"result","id":%b,"status":"%b","result":%b,"locals":%b,"locals_truncated":%b,"error":%b,"exit_code":%b}'
    ) % (
        json_text(job.identifier),
        status.encode(),
        b"null" if result is None else json_text(result),
        variables,
        _boolean(cut),
        error,
        str(job.exit_code).encode() if status == "exited" else b"null",
    )


def exit_status(error: SystemExit) -> tuple[int, str | None]:
    """The status with which `sys.exit` would have ended a process, and what it would have printed."""
    code = _exit_code(error)
    if code is None:
        return 0, None
    if issubclass(type(code), int):
        number = _exact_int(code)
        return (number & 0xFF if -(1 << 63) <= number < 1 << 63 else 0xFF), None
    try:
        return 1, _exact_text(str(code), slice(VALUE_LIMIT))
    except Exception:
        return 1, ""


def _context(message: dict) -> object:
    if "context_file" in message:
        return open_context(message["context_file"])
    if "context_parts" in message:
        return join_context(message["context_parts"], message["parts"])
    return message["context"]


def _flush_streams(streams: Streams) -> bool:
    """Whether all went out that was printed; not where user code closed a descriptor, or put something in its place."""
    try:
        streams.flush()
        return True
    except Exception:
        return False


def _stop_timers() -> None:
    for timer in _TIMERS:
        setitimer(timer, 0)


def _boolean(value: bool) -> bytes:
    return b"true" if value else b"false"
