"""Bounded `repr`: what Python would show, without ever building more than a bound of it."""

from sealed import BUILTINS as __builtins__

from itertools import islice

NESTING = 100
"""Levels of built-in containers that are shown."""

_ELLIPSIS = "..."
_INT_LIMIT = 10**4300
_NAME_LENGTH = 200

_type_name = type.__dict__["__name__"].__get__
_type_qualified_name = type.__dict__["__qualname__"].__get__
_type_dictionary = type.__dict__["__dict__"].__get__
_exact_text = str.__getitem__
_WHOLE = slice(None)

# What these show comes from C code alone and is short.
_PLAIN = frozenset(
    (type(None), bool, float, complex, type(Ellipsis), type(NotImplemented), type, type(len), type(lambda: None), range)
)


def type_name(value: object) -> str:
    """The name of the real type of `value`, in at most 200 characters, whatever `value.__class__` says."""
    return _type_name(type(value))[:_NAME_LENGTH]


def qualified_name(kind: type) -> str:
    """A type's name as tracebacks print it: with its module, unless that is `builtins` or `__main__`; bounded."""
    name = _type_qualified_name(kind)
    module = _type_dictionary(kind).get("__module__")
    if type(module) is str and module not in ("builtins", "__main__"):
        name = f"{module[:_NAME_LENGTH]}.{name}"
    return name[: 2 * _NAME_LENGTH]


class _Full(Exception):
    """The text has reached its limit."""


class Representer:
    """Makes bounded representations, calling user code where a type defines its own.

    `before_user_code` is called first whenever that is about to happen. After an exception that is not an `Exception` (an
    interrupt, `SystemExit`) no more user code is called: the next `__repr__` might loop just like the last.
    """

    def __init__(self, before_user_code, user_code: bool = True) -> None:
        self._before_user_code = before_user_code
        self._user_code = user_code
        self._pieces: list[str] = []
        self._left = 0
        self._path: set[int] = set()

    def text(self, value: object, limit: int) -> tuple[str, bool]:
        """The representation of `value` in at most `limit` characters, and whether it was cut. Never raises.

        Only an interrupt between two calls of user code comes through.
        """
        self._pieces = pieces = []
        self._left = limit
        self._path = set()
        try:
            self._show(value, NESTING)
        except _Full:
            text = "".join(pieces)
            return text[: max(0, limit - len(_ELLIPSIS))] + _ELLIPSIS, True
        except RuntimeError:
            # A thread changed a container while it was walked.
            return self._placeholder(value, "changed while it was read"), True
        finally:
            self._path = set()
        return "".join(pieces), False

    def _put(self, text: str) -> None:
        self._pieces.append(text)
        self._left -= len(text)
        if self._left < 0:
            raise _Full

    def _show(self, value: object, levels: int) -> None:
        kind = type(value)
        if kind is str or kind is bytes or kind is bytearray:
            self._put(repr(value[: self._left + 1]) if len(value) > self._left else repr(value))
        elif kind is int:
            self._put(_int_text(value))
        elif kind in _PLAIN:
            self._put(repr(value))
        elif kind is list:
            self._sequence(value, "[", "]", levels)
        elif kind is tuple:
            self._sequence(value, "(", ",)" if len(value) == 1 else ")", levels)
        elif kind is dict:
            self._dictionary(value, levels)
        elif (kind is set or kind is frozenset) and value:
            opening, closing = ("{", "}") if kind is set else ("frozenset({", "})")
            self._sequence(value, opening, closing, levels)
        else:
            self._put(self._ask(value))

    def _sequence(self, value, opening: str, closing: str, levels: int) -> None:
        if id(value) in self._path or levels == 0:
            self._put(f"{opening}{_ELLIPSIS}{closing[-1]}")
            return
        self._path.add(id(value))
        self._put(opening)
        # Each item takes a character or more, so no more of them can be shown.
        for index, item in enumerate(list(islice(value, self._left + 1))):
            if index:
                self._put(", ")
            self._show(item, levels - 1)
        self._put(closing)
        self._path.discard(id(value))

    def _dictionary(self, value: dict, levels: int) -> None:
        if id(value) in self._path or levels == 0:
            self._put("{...}")
            return
        self._path.add(id(value))
        self._put("{")
        for index, (key, item) in enumerate(list(islice(value.items(), self._left + 1))):
            if index:
                self._put(", ")
            self._show(key, levels - 1)
            self._put(": ")
            self._show(item, levels - 1)
        self._put("}")
        self._path.discard(id(value))

    def _ask(self, value: object) -> str:
        if not self._user_code:
            return self._placeholder(value, "repr() was not called")
        try:
            self._before_user_code()
            return _exact_text(repr(value), slice(self._left + 1))
        except Exception as error:
            return self._placeholder(value, f"repr() raised {type_name(error)}")
        except BaseException as error:
            self._user_code = False
            return self._placeholder(value, f"repr() was ended by {type_name(error)}")

    def _placeholder(self, value: object, what: str) -> str:
        return f"<{type_name(value)} object; {what}>"


def _int_text(value: int) -> str:
    try:
        return repr(value) if -_INT_LIMIT < value < _INT_LIMIT else huge_int(value)
    except ValueError:
        # User code lowered the interpreter's limit on digits.
        return huge_int(value)


def huge_int(value: int) -> str:
    """Stands for an integer whose digits take too long to work out."""
    return f"<int of {value.bit_length()} bits>"


def exact_text(value: str) -> str:
    """A plain `str` with the content of an instance of a subclass, without calling its methods."""
    return _exact_text(value, _WHOLE)
