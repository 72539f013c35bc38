"""A read-only file as memory: bytes that are looked at where they lie, and characters that are found by their number.

Searches go in steps, so that an interrupt is heard between two of them, however large the file is.
"""

from sealed import BUILTINS as __builtins__

from _bisect import bisect_right
from mmap import ACCESS_READ, mmap
from os import O_CLOEXEC, O_RDONLY, close, open

STRIDE_BITS = 12
"""The index has the byte offset of every character whose number ends in as many zero bits."""

_STRIDE = 1 << STRIDE_BITS
_SEARCH_STEP = 64 * 1024 * 1024
_COUNT_STEP = 4 * 1024 * 1024
_LONGEST_CHECKED = 256
"""Longest needle that is looked at for whether it can overlap itself; a longer one is counted as if it could."""


class MappedBytes:
    """The bytes of a file that nobody changes. The file must not be empty. Raises OSError when it cannot be mapped."""

    __slots__ = ("_map", "length", "view")

    def __init__(self, path: str, length: int) -> None:
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        try:
            self._map = mmap(descriptor, length, access=ACCESS_READ)
        finally:
            close(descriptor)
        self.length = length
        self.view = memoryview(self._map)

    def find(self, needle: bytes, low: int, high: int) -> int:
        """The offset of the first `needle`, which is not empty, that lies within `low` and `high`; -1 if none does."""
        while low + len(needle) <= high:
            found = self._map.find(needle, low, min(high, low + _SEARCH_STEP + len(needle) - 1))
            if found >= 0:
                return found
            low += _SEARCH_STEP
        return -1

    def rfind(self, needle: bytes, low: int, high: int) -> int:
        """The offset of the last `needle`, which is not empty, that lies within `low` and `high`; -1 if none does."""
        last = high - len(needle)
        while low <= last:
            first = max(low, last - _SEARCH_STEP + 1)
            found = self._map.rfind(needle, first, last + len(needle))
            if found >= 0:
                return found
            last = first - 1
        return -1

    def count(self, needle: bytes, low: int, high: int) -> int:
        """How often `needle`, which is not empty, lies within `low` and `high`, without overlaps, as `bytes.count` does."""
        total = 0
        if _overlaps_itself(needle):
            at = self.find(needle, low, high)
            while at >= 0:
                total += 1
                at = self.find(needle, at + len(needle), high)
            return total
        while low + len(needle) <= high:
            total += bytes(self.view[low : min(high, low + _COUNT_STEP + len(needle) - 1)]).count(needle)
            low += _COUNT_STEP
        return total

    def matches(self, pattern, low: int, high: int):
        """What `pattern.finditer` yields. The matches hold on to the map."""
        return pattern.finditer(self._map, low, high)

    def match(self, pattern, low: int, high: int):
        """What `pattern.match` returns."""
        return pattern.match(self._map, low, high)

    def contains(self, pattern) -> bool:
        """Whether `pattern` is found anywhere."""
        return pattern.search(self._map) is not None


def _overlaps_itself(needle: bytes) -> bool:
    return len(needle) > _LONGEST_CHECKED or any(needle.startswith(needle[at:]) for at in range(1, len(needle)))


class MappedText:
    """The characters of a file in UTF-8. `index` is the file of offsets; None: all characters are ASCII."""

    __slots__ = ("_index", "data", "length")

    def __init__(self, data: MappedBytes, index: MappedBytes | None, characters: int) -> None:
        self.data = data
        self.length = characters
        self._index = None if index is None else index.view.cast("Q")

    @property
    def ascii(self) -> bool:
        """Whether all characters are ASCII."""
        return self._index is None

    def text(self, first: int, last: int) -> str:
        """The characters from number `first` up to, and without, number `last`."""
        if first >= last:
            return ""
        index = self._index
        if index is None:
            return str(self.data.view[first:last], "ascii")
        begin = first >> STRIDE_BITS
        end = (last + _STRIDE - 1) >> STRIDE_BITS
        high = index[end] if end < len(index) else self.data.length
        start = begin << STRIDE_BITS
        return str(self.data.view[index[begin] : high], "utf-8")[first - start : last - start]

    def offset(self, character: int) -> int:
        """The offset of the byte where a character begins; of one past the last, the length in bytes."""
        index = self._index
        if index is None:
            return character
        if character == self.length:
            return self.data.length
        begin = character >> STRIDE_BITS
        return index[begin] + len(self.text(begin << STRIDE_BITS, character).encode())

    def character(self, offset: int) -> int:
        """The number of the character that begins at a byte."""
        index = self._index
        if index is None:
            return offset
        begin = bisect_right(index, offset) - 1
        return (begin << STRIDE_BITS) + len(str(self.data.view[index[begin] : offset], "utf-8"))
