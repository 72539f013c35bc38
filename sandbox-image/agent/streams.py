"""`sys.stdin`, `sys.stdout` and `sys.stderr` as user code finds them."""

from sealed import BUILTINS as __builtins__

import sys
from io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper

_closed = TextIOWrapper.closed.__get__
_flush = TextIOWrapper.flush
_sys_names = sys.__dict__


def _writer(descriptor: int, name: str) -> TextIOWrapper:
    # A line goes out when it is complete. Closing the object leaves the descriptor open, so a next one can take its place.
    raw = FileIO(descriptor, "w", closefd=False)
    raw.name = name
    return TextIOWrapper(BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", newline="\n", line_buffering=True)


def _reader() -> TextIOWrapper:
    raw = FileIO(0, "r", closefd=False)
    raw.name = "<stdin>"
    return TextIOWrapper(BufferedReader(raw), encoding="utf-8", errors="replace")


class Streams:
    """Keeps the standard streams usable. For use in the main thread."""

    def __init__(self) -> None:
        sys.stdin = sys.__stdin__ = _reader()
        self._stdout = sys.stdout = sys.__stdout__ = _writer(1, "<stdout>")
        self._stderr = sys.stderr = sys.__stderr__ = _writer(2, "<stderr>")

    def restore(self) -> None:
        """Replaces streams of ours that user code closed, and those it removed; leaves alone what it put in their place."""
        self._stdout = self._renewed("stdout", self._stdout, 1)
        self._stderr = self._renewed("stderr", self._stderr, 2)

    def _renewed(self, name: str, present: TextIOWrapper, descriptor: int) -> TextIOWrapper:
        stream = _writer(descriptor, f"<{name}>") if _is_closed(present) else present
        if _named(f"__{name}__") is not stream:
            setattr(sys, f"__{name}__", stream)
        used = _named(name)
        if used is None or used is present:
            setattr(sys, name, stream)
        return stream

    def flush(self) -> None:
        """Passes on what user code has written so far. Calls user code if it replaced a stream, and lets its errors through."""
        for stream in (self._stdout, self._stderr):
            if not _is_closed(stream):
                _flush(stream)
        for name, own in (("stdout", self._stdout), ("stderr", self._stderr)):
            stream = _named(name)
            if stream is not own and stream is not None:
                stream.flush()

    def write_error(self, text: str) -> None:
        """Writes a line to what is `sys.stderr` now, calling user code if it replaced it."""
        stream = _named("stderr")
        if stream is not None:
            stream.write(text + "\n")


def _named(name: str):
    return _sys_names.get(name)


def _is_closed(stream: TextIOWrapper) -> bool:
    try:
        return _closed(stream)
    except ValueError:
        # Detached from its buffer.
        return True
