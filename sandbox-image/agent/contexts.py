"""The documents that the host gives by a path: small ones as `str` or `bytes`, larger ones as objects that are used like these.

Binding one costs the same whatever its size: a large file is mapped, and only what the code touches is read.
"""

from sealed import BUILTINS as __builtins__

from _operator import index as as_index
from binascii import a2b_base64
from os import O_CLOEXEC, O_RDONLY, close, open, read
from re import compile as compile_pattern

from lines import lines
from mapped import MappedBytes, MappedText
from memory import available
from textsearch import ContextMatch, find_all, match_at, text_pattern

SMALL = 1024 * 1024
"""Bytes up to which a document is an ordinary `str` or `bytes`."""

_PIECE = 1024 * 1024
_LINES_PIECE = 128 * 1024
_UNCHECKED = 16 * 1024 * 1024
_PREVIEW = 40
_FAR_APART = 4096

_FOUR_BYTES = compile_pattern(rb"[\xf0-\xf4]")
_TWO_BYTES = compile_pattern(rb"[\xc4-\xef]")


def open_context(given: dict) -> object:
    """The object for `context_file`. Raises OSError when it cannot be read."""
    path, length = given["path"], given["bytes"]
    if length <= SMALL:
        body = _read(path)
        return str(body, "utf-8") if given["text"] else body
    data = MappedBytes(path, length)
    if not given["text"]:
        return ContextBytes(data)
    index = None
    if "index" in given:
        index = MappedBytes(given["index"], (given["characters"] + 4095) // 4096 * 8)
    return ContextText(MappedText(data, index, given["characters"]))


def join_context(given: dict, parts: list[str]) -> str | bytes:
    """The object for `context_parts`."""
    return "".join(parts) if given["text"] else b"".join([a2b_base64(part) for part in parts])


def _read(path: str) -> bytes:
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    try:
        pieces = []
        while piece := read(descriptor, SMALL):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        close(descriptor)


def _bounds(length: int, start: object, end: object) -> tuple[int, int]:
    """The positions that `start` and `end` stand for in the methods of `str` and `bytes`. The first may be past the last."""
    last = length if end is None else as_index(end)
    if last > length:
        last = length
    elif last < 0:
        last = max(0, last + length)
    first = 0 if start is None else as_index(start)
    if first < 0:
        first = max(0, first + length)
    return first, last


def _clamped(length: int, pos: object, endpos: object) -> tuple[int, int]:
    """The positions that `pos` and `endpos` stand for in the methods of patterns, which know no negative ones."""
    first = min(max(0, as_index(pos)), length)
    last = length if endpos is None else min(max(0, as_index(endpos)), length)
    return first, last


def _position(length: int, key: object, message: str) -> int:
    position = as_index(key)
    if position < 0:
        position += length
    if not 0 <= position < length:
        raise IndexError(message)
    return position


def _require(needed: int, what: str, advice: str) -> None:
    """Raises MemoryError where memory would run out, which would cost the sandbox its life."""
    room = available()
    if room is not None and needed > room:
        raise MemoryError(f"{what} takes about {needed >> 20:,} MiB, and {max(0, room) >> 20:,} MiB are left: {advice}")


class ContextText:
    """A text on disk that is used like a `str`, by character; only what is touched is read.

    Slices are plain `str`. Iterating yields lines without their ends, as `lines()` does, not characters. `search`, `match`,
    `finditer` and `findall` take regular expressions. Methods of `str` that need the whole text make it first, by `str(context)`,
    and raise MemoryError when it does not fit. It is no `str` to `isinstance`, and has no hash.
    """

    __slots__ = ("_text",)
    __module__ = "builtins"
    __hash__ = None

    def __init__(self, text: MappedText) -> None:
        self._text = text

    def __len__(self) -> int:
        return self._text.length

    def __getitem__(self, key):
        length = self._text.length
        if type(key) is not slice:
            position = _position(length, key, "string index out of range")
            return self._text.text(position, position + 1)
        first, last, step = key.indices(length)
        return self._plain(first, last) if step == 1 else self._stepped(range(first, last, step))

    def _plain(self, first: int, last: int) -> str:
        """A part of any length, if it fits."""
        text = self._text
        size = last - first
        if size <= _UNCHECKED:
            return text.text(first, last)
        advice = "use slices, context.lines(), context.find() or context.search(), which read what they need"
        if text.ascii:
            _require(size, f"a text of {size:,} characters", advice)
            return text.text(first, last)
        width = 4 if text.data.contains(_FOUR_BYTES) else 2 if text.data.contains(_TWO_BYTES) else 1
        _require(2 * width * size, f"making a text of {size:,} characters", advice)
        return "".join([text.text(at, min(last, at + _PIECE)) for at in range(first, last, _PIECE)])

    def _stepped(self, positions: range) -> str:
        step = positions.step
        if step < 0:
            return self._stepped(positions[::-1])[::-1]
        if not positions:
            return ""
        text = self._text
        if step >= _FAR_APART:
            return "".join([text.text(at, at + 1) for at in positions])
        _require(4 * len(positions), f"a text of {len(positions):,} characters", "use a smaller slice")
        pieces = []
        at, last = positions[0], positions[-1] + 1
        while at < last:
            pieces.append(text.text(at, min(last, at + _PIECE))[::step])
            at += len(pieces[-1]) * step
        return "".join(pieces)

    def __str__(self) -> str:
        return self._plain(0, self._text.length)

    def __repr__(self) -> str:
        return f"<ContextText of {self._text.length:,} characters: {self._text.text(0, _PREVIEW)!r}...>"

    def __format__(self, specification: str) -> str:
        return format(str(self), specification)

    def __eq__(self, other: object):
        if type(other) is ContextText:
            return self._text.length == other._text.length and self._text.data.view == other._text.data.view
        if not issubclass(type(other), str):
            return NotImplemented
        length = self._text.length
        return length == len(other) and all(
            self._text.text(at, min(length, at + _PIECE)) == other[at : at + _PIECE] for at in range(0, length, _PIECE)
        )

    def __add__(self, other):
        return str(self) + other if issubclass(type(other), str) else NotImplemented

    def __radd__(self, other):
        return other + str(self) if issubclass(type(other), str) else NotImplemented

    def __contains__(self, sub) -> bool:
        return self.find(sub) >= 0

    def __iter__(self):
        return self.lines()

    def lines(self, keepends=False):
        """Yields the lines, as `str.splitlines` cuts them, one after the other."""
        text = self._text
        steps = range(0, text.length, _LINES_PIECE)
        return lines((text.text(at, min(text.length, at + _LINES_PIECE)) for at in steps), bool(keepends))

    def isascii(self) -> bool:
        """Whether all characters are ASCII."""
        return self._text.ascii

    def encode(self, encoding="utf-8", errors="strict") -> bytes:
        """The whole text as bytes, if they fit into memory."""
        if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
            return _whole_bytes(self._text.data)
        return str(self).encode(encoding, errors)

    def _look(self, find, sub: object, start: object, end: object) -> int:
        """The place that `find` finds, by character; -1 for none. Not for an empty `sub`."""
        text = self._text
        first, last = _bounds(text.length, start, end)
        needle = _encoded(sub)
        if needle is None or last - first < len(sub):
            return -1
        found = find(needle, text.offset(first), text.offset(last))
        return found if found < 0 else text.character(found)

    def find(self, sub, start=None, end=None, /) -> int:
        """As of `str`."""
        _check_text(sub)
        if not sub:
            first, last = _bounds(self._text.length, start, end)
            return first if first <= last else -1
        return self._look(self._text.data.find, sub, start, end)

    def rfind(self, sub, start=None, end=None, /) -> int:
        """As of `str`."""
        _check_text(sub)
        if not sub:
            first, last = _bounds(self._text.length, start, end)
            return last if first <= last else -1
        return self._look(self._text.data.rfind, sub, start, end)

    def index(self, sub, start=None, end=None, /) -> int:
        """As of `str`."""
        return _found(self.find(sub, start, end), "substring not found")

    def rindex(self, sub, start=None, end=None, /) -> int:
        """As of `str`."""
        return _found(self.rfind(sub, start, end), "substring not found")

    def count(self, sub, start=None, end=None, /) -> int:
        """As of `str`."""
        _check_text(sub)
        text = self._text
        first, last = _bounds(text.length, start, end)
        if not sub:
            return max(0, last - first + 1)
        needle = _encoded(sub)
        if needle is None or last - first < len(sub):
            return 0
        return text.data.count(needle, text.offset(first), text.offset(last))

    def startswith(self, prefix, start=None, end=None, /) -> bool:
        """As of `str`."""
        first, last = _bounds(self._text.length, start, end)
        for one in _several(prefix, _check_text):
            if len(one) <= last - first and self._text.text(first, first + len(one)) == one:
                return True
        return False

    def endswith(self, suffix, start=None, end=None, /) -> bool:
        """As of `str`."""
        first, last = _bounds(self._text.length, start, end)
        for one in _several(suffix, _check_text):
            if len(one) <= last - first and self._text.text(last - len(one), last) == one:
                return True
        return False

    def finditer(self, pattern, flags=0, pos=0, endpos=None):
        """Yields the matches of a regular expression, as `re.finditer` does; each of at most 1,048,576 characters."""
        compiled = text_pattern(pattern, flags)
        first, last = _clamped(self._text.length, pos, endpos)
        return find_all(self._text, self, compiled, first, last)

    def search(self, pattern, flags=0, pos=0, endpos=None) -> ContextMatch | None:
        """The first match of a regular expression, as `re.search` finds it; of at most 1,048,576 characters."""
        return next(self.finditer(pattern, flags, pos, endpos), None)

    def match(self, pattern, flags=0, pos=0, endpos=None) -> ContextMatch | None:
        """The match of a regular expression that begins at `pos`, as `re.match` finds it; of at most 1,048,576 characters."""
        compiled = text_pattern(pattern, flags)
        first, last = _clamped(self._text.length, pos, endpos)
        return match_at(self._text, self, compiled, first, last) if first <= last else None

    def findall(self, pattern, flags=0, pos=0, endpos=None) -> list:
        """The texts of all matches, or of their groups, as `re.findall` returns them."""
        found = []
        for one in self.finditer(pattern, flags, pos, endpos):
            groups = one.groups("")
            found.append(one.group() if not groups else groups[0] if len(groups) == 1 else groups)
        return found


def _with_whole_text(name: str):
    method = getattr(str, name)

    def whole(self, *args, **kwargs):
        return method(str(self), *args, **kwargs)

    whole.__name__ = name
    whole.__qualname__ = f"ContextText.{name}"
    whole.__doc__ = f"As `str(context).{name}`: makes the whole text first, and raises MemoryError when it does not fit."
    return whole


for _name in (
    "capitalize casefold expandtabs isalnum isalpha isdecimal isdigit islower isnumeric isprintable isspace istitle isupper "
    "lower lstrip partition removeprefix removesuffix replace rpartition rsplit rstrip split splitlines strip swapcase title "
    "translate upper"
).split():
    setattr(ContextText, _name, _with_whole_text(_name))


class ContextBytes:
    """Bytes on disk that are used like `bytes`; only what is touched is read.

    Slices are plain `bytes`. Iterating yields lines without their ends, as `lines()` does, not numbers. `search`, `match`,
    `finditer` and `findall` take regular expressions for bytes and return what those of `re` do. Has no hash.
    """

    __slots__ = ("_data",)
    __module__ = "builtins"
    __hash__ = None

    def __init__(self, data: MappedBytes) -> None:
        self._data = data

    def __len__(self) -> int:
        return self._data.length

    def __buffer__(self, flags: int) -> memoryview:
        return self._data.view

    def __bytes__(self) -> bytes:
        return _whole_bytes(self._data)

    def __getitem__(self, key):
        length = self._data.length
        if type(key) is not slice:
            return self._data.view[_position(length, key, "index out of range")]
        size = len(range(*key.indices(length)))
        if size > _UNCHECKED:
            _require(size, f"a copy of {size:,} bytes", "use smaller slices")
        return bytes(self._data.view[key])

    def __repr__(self) -> str:
        return f"<ContextBytes of {self._data.length:,} bytes: {bytes(self._data.view[:_PREVIEW])!r}...>"

    def __eq__(self, other: object):
        if type(other) is ContextBytes:
            return self._data.view == other._data.view
        if not issubclass(type(other), (bytes, bytearray)):
            return NotImplemented
        return len(other) == self._data.length and self._data.view == other

    def __contains__(self, sub) -> bool:
        return self.find(sub) >= 0

    def __iter__(self):
        return self.lines()

    def lines(self, keepends=False):
        """Yields the lines, as `bytes.splitlines` cuts them, one after the other."""
        data = self._data
        steps = range(0, data.length, _LINES_PIECE)
        return lines((bytes(data.view[at : at + _LINES_PIECE]) for at in steps), bool(keepends))

    def decode(self, encoding="utf-8", errors="strict") -> str:
        """The whole as text, if it fits into memory."""
        _require(4 * self._data.length, "decoding the whole", "decode slices")
        return str(self._data.view, encoding, errors)

    def find(self, sub, start=None, end=None, /) -> int:
        """As of `bytes`."""
        needle = _needle(sub)
        first, last = _bounds(self._data.length, start, end)
        if not needle:
            return first if first <= last else -1
        return self._data.find(needle, first, last)

    def rfind(self, sub, start=None, end=None, /) -> int:
        """As of `bytes`."""
        needle = _needle(sub)
        first, last = _bounds(self._data.length, start, end)
        if not needle:
            return last if first <= last else -1
        return self._data.rfind(needle, first, last)

    def index(self, sub, start=None, end=None, /) -> int:
        """As of `bytes`."""
        return _found(self.find(sub, start, end), "subsection not found")

    def rindex(self, sub, start=None, end=None, /) -> int:
        """As of `bytes`."""
        return _found(self.rfind(sub, start, end), "subsection not found")

    def count(self, sub, start=None, end=None, /) -> int:
        """As of `bytes`."""
        needle = _needle(sub)
        first, last = _bounds(self._data.length, start, end)
        if not needle:
            return max(0, last - first + 1)
        return self._data.count(needle, first, last)

    def startswith(self, prefix, start=None, end=None, /) -> bool:
        """As of `bytes`."""
        first, last = _bounds(self._data.length, start, end)
        view = self._data.view
        for one in _several(prefix, _check_bytes):
            if len(one) <= last - first and view[first : first + len(one)] == one:
                return True
        return False

    def endswith(self, suffix, start=None, end=None, /) -> bool:
        """As of `bytes`."""
        first, last = _bounds(self._data.length, start, end)
        view = self._data.view
        for one in _several(suffix, _check_bytes):
            if len(one) <= last - first and view[last - len(one) : last] == one:
                return True
        return False

    def finditer(self, pattern, flags=0, pos=0, endpos=None):
        """As `re.finditer`."""
        return self._data.matches(compile_pattern(pattern, flags), *_clamped(self._data.length, pos, endpos))

    def search(self, pattern, flags=0, pos=0, endpos=None):
        """As `re.search`."""
        return next(self.finditer(pattern, flags, pos, endpos), None)

    def match(self, pattern, flags=0, pos=0, endpos=None):
        """As `re.match`."""
        return self._data.match(compile_pattern(pattern, flags), *_clamped(self._data.length, pos, endpos))

    def findall(self, pattern, flags=0, pos=0, endpos=None) -> list:
        """As `re.findall`."""
        found = []
        for one in self.finditer(pattern, flags, pos, endpos):
            groups = one.groups(b"")
            found.append(one.group() if not groups else groups[0] if len(groups) == 1 else groups)
        return found


def _whole_bytes(data: MappedBytes) -> bytes:
    _require(data.length, f"a copy of {data.length:,} bytes", "use slices")
    return bytes(data.view)


def _check_text(sub: object) -> None:
    if not issubclass(type(sub), str):
        raise TypeError(f"must be str, not {type(sub).__name__}")


def _check_bytes(sub: object) -> None:
    if not issubclass(type(sub), (bytes, bytearray, memoryview)):
        raise TypeError(f"a bytes-like object is required, not '{type(sub).__name__}'")


def _encoded(sub: str) -> bytes | None:
    """`sub` as it stands in the file; None when no file can have it."""
    try:
        return str.encode(sub)
    except UnicodeEncodeError:
        return None


def _needle(sub: object) -> bytes:
    if issubclass(type(sub), int):
        return bytes((sub,))
    _check_bytes(sub)
    return bytes(sub)


def _several(one: object, check) -> tuple:
    several = one if issubclass(type(one), tuple) else (one,)
    for each in several:
        check(each)
    return several


def _found(position: int, message: str) -> int:
    if position < 0:
        raise ValueError(message)
    return position
