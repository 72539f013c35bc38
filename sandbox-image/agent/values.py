"""Bounded JSON of arbitrary Python values, which may be huge, cyclic or hostile."""

from sealed import BUILTINS as __builtins__

from itertools import islice

from _json import encode_basestring

from frames import valid_unicode
from representation import Representer, exact_text, huge_int, type_name

NESTING = 32
"""Levels of lists and dictionaries."""

REPR_LIMIT = 1000
"""Characters of a representation inside JSON."""

INT_LIMIT = 10**4300
"""Integers from here on, and from minus this down, have more digits than JSON readers take."""

_exact_int = int.__pos__
_exact_float = float.__pos__


class TooLarge(Exception):
    """The value does not fit."""


class NotJson(TypeError):
    """The value has no place in JSON."""


class JsonEncoder:
    """Encodes what JSON can hold; what it cannot is up to `_other`, which here refuses it.

    The work and the memory for one value are bounded by the limit, however large the value is: a container that cannot fit
    is refused before it is walked. No method of the value's own class is called.
    """

    def __init__(self, nesting: int = NESTING) -> None:
        self._nesting = nesting
        self._pieces: list[str] = []
        self._left = 0
        self._path: set[int] = set()

    def encode(self, value: object, limit: int) -> bytes:
        """`value` as JSON in UTF-8 of at most `limit` bytes. Raises TooLarge, or NotJson."""
        self._pieces = pieces = []
        self._left = limit
        self._path = set()
        try:
            self._write(value, self._nesting)
        except RuntimeError:
            raise TooLarge("changed by another thread while it was read") from None
        finally:
            self._pieces = []
            self._path = set()
        return "".join(pieces).encode()

    def _other(self, value: object, text: str | None = None) -> None:
        raise NotJson(f"{type_name(value)} is not JSON" if text is None else f"{text} is not JSON")

    def _same_key(self, key: str) -> None:
        raise NotJson("a dictionary with keys that JSON cannot tell apart is not JSON")

    def _too_deep(self, value: object) -> None:
        raise NotJson(f"more than {self._nesting} levels, or a cycle, are not JSON")

    def _put(self, text: str) -> None:
        self._left -= len(text)
        if self._left < 0:
            raise TooLarge
        self._pieces.append(text)

    def _write(self, value: object, levels: int) -> None:
        kind = type(value)
        if kind is str:
            self._write_text(value)
        elif kind is int:
            self._write_int(value)
        elif value is None:
            self._put("null")
        elif value is True:
            self._put("true")
        elif value is False:
            self._put("false")
        elif kind is float:
            self._write_float(value)
        elif issubclass(kind, dict):
            self._write_dictionary(value, levels)
        elif issubclass(kind, list):
            self._write_list(value, list, levels)
        elif issubclass(kind, tuple):
            self._write_list(value, tuple, levels)
        elif issubclass(kind, str):
            self._write_text(exact_text(value))
        elif issubclass(kind, int):
            self._write_int(_exact_int(value))
        elif issubclass(kind, float):
            self._write_float(_exact_float(value))
        else:
            self._other(value)

    def _write_text(self, value: str) -> None:
        if len(value) > self._left:
            raise TooLarge
        text = encode_basestring(value)
        if not text.isascii():
            try:
                extra = len(text.encode()) - len(text)
            except UnicodeEncodeError:
                text = encode_basestring(valid_unicode(value))
                extra = len(text.encode()) - len(text)
            self._left -= extra
        self._put(text)

    def _write_int(self, value: int) -> None:
        if not -INT_LIMIT < value < INT_LIMIT:
            self._other(value, huge_int(value))
            return
        try:
            text = int.__repr__(value)
        except ValueError:
            # User code lowered the interpreter's limit on digits.
            self._other(value, huge_int(value))
            return
        self._put(text)

    def _write_float(self, value: float) -> None:
        text = float.__repr__(value)
        if value - value != 0.0:
            self._other(value, text)
        else:
            self._put(text)

    def _write_list(self, value: object, kind: type, levels: int) -> None:
        if kind.__len__(value) * 2 > self._left:
            raise TooLarge
        if id(value) in self._path or levels == 0:
            self._too_deep(value)
            return
        self._path.add(id(value))
        self._put("[")
        # The slice keeps the walk bounded while another thread makes the list longer.
        for index, item in enumerate(kind.__getitem__(value, slice(self._left))):
            if index:
                self._put(",")
            self._write(item, levels - 1)
        self._put("]")
        self._path.discard(id(value))

    def _write_dictionary(self, value: object, levels: int) -> None:
        if dict.__len__(value) * 5 > self._left:
            raise TooLarge
        if id(value) in self._path or levels == 0:
            self._too_deep(value)
            return
        items = list(islice(dict.items(value), self._left))
        if not all(issubclass(type(key), str) for key, _ in items):
            self._other(value)
            return
        self._path.add(id(value))
        self._put("{")
        keys = set()
        for index, (key, item) in enumerate(items):
            # Different keys may be the same to JSON: a subclass of str can compare as it likes, and so can lone surrogates.
            key = valid_unicode(exact_text(key))
            if key in keys:
                self._same_key(key)
                continue
            keys.add(key)
            if index:
                self._put(",")
            self._write_text(key)
            self._put(":")
            self._write(item, levels - 1)
        self._put("}")
        self._path.discard(id(value))


class ValueEncoder(JsonEncoder):
    """Encodes any value: what JSON cannot hold becomes `{"type": ..., "repr": ...}`."""

    def __init__(self, representer: Representer) -> None:
        super().__init__(NESTING)
        self._representer = representer
        self.cut = False
        """Whether a bound has cut something off, ever."""

    def encode(self, value: object, limit: int) -> bytes:
        """`value` as JSON in at most `limit` bytes; as type and representation if the whole does not fit.

        Raises TooLarge if that does not fit either. Only an interrupt between two calls of user code comes through.
        """
        cut = self.cut
        try:
            return super().encode(value, limit)
        except TooLarge:
            self.cut = cut
            whole = self._stand_in(value).encode()
            if len(whole) > limit:
                raise
            self.cut = True
            return whole

    def _other(self, value: object, text: str | None = None) -> None:
        self._put_stand_in(self._stand_in(value, text))

    def _same_key(self, key: str) -> None:
        self.cut = True

    def _too_deep(self, value: object) -> None:
        self.cut = True
        self._put_stand_in(self._stand_in(value, "{...}" if issubclass(type(value), dict) else "[...]"))

    def _put_stand_in(self, text: str) -> None:
        if not text.isascii():
            self._left -= len(text.encode()) - len(text)
        self._put(text)

    def _stand_in(self, value: object, text: str | None = None) -> str:
        if text is None:
            text, cut = self._representer.text(value, REPR_LIMIT)
            self.cut |= cut
        name = encode_basestring(valid_unicode(type_name(value)))
        return f'{{"type":{name},"repr":{encode_basestring(valid_unicode(text))}}}'
