"""Regular expressions over a text that is not in memory as a whole.

The text is looked at through windows that overlap. A match begins in one window's own part, and sees LONGEST characters of what
follows that part, and BEHIND characters of what stands before it. So what is found is what `re` would find, but for a match, or
what its pattern looks ahead at, that goes over more than LONGEST characters. Where such a match is found and is cut off by its
window, that is an error; where it is not found because of that, it is not known.
"""

from sealed import BUILTINS as __builtins__

from _operator import index
from re import compile as compile_pattern

from mapped import MappedText

LONGEST = 1024 * 1024
"""Characters in the longest match."""

BEHIND = 64 * 1024
"""Characters that a pattern can look back."""

_PART = 4 * 1024 * 1024


class ContextMatch:
    """A match in a context, like those of `re`, with positions in characters of the whole."""

    __slots__ = ("_spans", "_texts", "endpos", "lastgroup", "lastindex", "pos", "re", "string")

    def __init__(self, found, shift: int, string: object, pos: int, endpos: int) -> None:
        self.re = found.re
        self.string = string
        self.pos = pos
        self.endpos = endpos
        self.lastindex = found.lastindex
        self.lastgroup = found.lastgroup
        # The match of `re` would keep its whole window in memory.
        self._texts = (found.group(), *found.groups())
        self._spans = tuple([(-1, -1) if first < 0 else (first + shift, last + shift) for first, last in found.regs])

    def _number(self, group: object) -> int:
        number = self.re.groupindex.get(group, -1) if issubclass(type(group), str) else index(group)
        if not 0 <= number < len(self._texts):
            raise IndexError("no such group")
        return number

    def group(self, *groups):
        """The text of a group, or of several as a tuple; without arguments, of the whole match."""
        if len(groups) <= 1:
            return self._texts[self._number(groups[0]) if groups else 0]
        return tuple([self._texts[self._number(group)] for group in groups])

    def __getitem__(self, group):
        return self._texts[self._number(group)]

    def groups(self, default=None) -> tuple:
        """The texts of all groups."""
        return tuple([default if text is None else text for text in self._texts[1:]])

    def groupdict(self, default=None) -> dict:
        """The texts of the groups that have a name."""
        return {name: default if self[name] is None else self[name] for name in self.re.groupindex}

    def start(self, group=0) -> int:
        """Where a group begins; -1 if it took no part."""
        return self._spans[self._number(group)][0]

    def end(self, group=0) -> int:
        """Where a group ends; -1 if it took no part."""
        return self._spans[self._number(group)][1]

    def span(self, group=0) -> tuple[int, int]:
        """Where a group begins and ends."""
        return self._spans[self._number(group)]

    @property
    def regs(self) -> tuple:
        """The spans of all groups, that of the whole match first."""
        return self._spans

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        text = self._texts[0]
        return f"<ContextMatch span={self._spans[0]}, match={text[:50]!r}>"


def text_pattern(pattern: object, flags: int):
    """A compiled pattern for text. Raises what `re.compile` does, and TypeError for a pattern for bytes."""
    compiled = compile_pattern(pattern, flags)
    if type(compiled.pattern) is bytes:
        raise TypeError("cannot use a bytes pattern on a string-like object")
    return compiled


def find_all(text: MappedText, string: object, pattern, first: int, last: int):
    """Yields the matches from character `first` up to `last`, one after the other, as `pattern.finditer` does.

    Raises ValueError for a match that is too long.
    """
    position = first
    while position <= last:
        low = max(0, position - BEHIND)
        limit = position + _PART
        high = min(last, limit + LONGEST)
        window = text.text(low, high)
        following = limit
        for found in pattern.finditer(window, position - low):
            if high < last:
                if low + found.start() >= limit:
                    break
                _refuse_cut(found, low, window)
            following = max(limit, low + found.end())
            yield ContextMatch(found, low, string, first, last)
        if high == last:
            return
        position = following


def match_at(text: MappedText, string: object, pattern, first: int, last: int) -> ContextMatch | None:
    """The match that begins at character `first`, as `pattern.match` finds it. Raises ValueError for one that is too long."""
    low = max(0, first - BEHIND)
    high = min(last, first + LONGEST)
    window = text.text(low, high)
    found = pattern.match(window, first - low)
    if found is None:
        return None
    if high < last:
        _refuse_cut(found, low, window)
    return ContextMatch(found, low, string, first, last)


def _refuse_cut(found, shift: int, window: str) -> None:
    if found.end() == len(window):
        raise ValueError(
            f"a match from character {found.start() + shift:,} on has more than {LONGEST:,} characters,"
            " the most that is searched for: search a slice, as in re.search(pattern, context[i:j])"
        )
