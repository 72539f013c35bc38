"""Which variables an execution bound or changed, and what they look like.

The work depends on what the code touched, never on how much the session holds. A name counts

- if its object is another than before;
- if the code assigns it at top level, even the same object again;
- if the code mentions it, itself or in a function it uses, its value is a built-in container that can change in place, and
  that looks different from when it was last reported;
- if some function of the session declares it `global` and it looks different.

Objects are compared by address, so that no old value is kept alive for the comparison.
"""

from sealed import BUILTINS as __builtins__

from opcode import opmap

from frames import json_text
from values import TooLarge, ValueEncoder

VALUE_LIMIT = 64 * 1024
"""Bytes of JSON for one variable."""

TOTAL_LIMIT = 256 * 1024
"""Bytes of JSON for all variables, with their names."""

NAMES = 256

_STORE_NAME = opmap["STORE_NAME"]
_STORE_GLOBAL = opmap["STORE_GLOBAL"]
_EXTENDED_ARGUMENT = opmap["EXTENDED_ARG"]
_FUNCTIONS = 256
"""Functions looked into for the names that they mention."""

_Code = type((lambda: None).__code__)
_Function = type(lambda: None)
_Module = type(__import__("sys"))
_MUTABLE = (list, dict, set, bytearray)

_code_of = _Function.__dict__["__code__"].__get__


def stored_names(code, opcode: int) -> set[str]:
    """The names that `code` itself, not the functions in it, stores with the given instruction."""
    found = set()
    body = code.co_code
    names = code.co_names
    at = body.find(opcode)
    while at >= 0:
        if at % 2 == 0:
            index = body[at + 1]
            shift = 8
            before = at - 2
            while before >= 0 and body[before] == _EXTENDED_ARGUMENT:
                index |= body[before + 1] << shift
                shift += 8
                before -= 2
            if index < len(names):
                found.add(names[index])
        at = body.find(opcode, at + 1)
    return found


def nested_codes(code) -> list:
    """`code` and the code of all functions and classes defined in it."""
    codes = [code]
    for one in codes:
        codes.extend(constant for constant in one.co_consts if type(constant) is _Code)
    return codes


class ChangeTracker:
    """Follows the variables of one namespace from execution to execution. For use in the main thread."""

    def __init__(self, namespace: dict) -> None:
        self._namespace = namespace
        self._before: dict[str, int] = {}
        self._assigned: set[str] = set()
        self._mentioned: set[str] = set()
        self._declared_global: set[str] = set()
        self._seen: dict[str, tuple[int, int]] = {}

    def begin(self) -> None:
        """Remembers what every name is bound to now."""
        namespace = self._namespace.copy()
        self._before = {name: id(value) for name, value in namespace.items() if type(name) is str}
        for name in self._seen.keys() - self._before.keys():
            del self._seen[name]
        self._assigned = set()
        self._mentioned = set()

    def code(self, code) -> None:
        """Notes what the code that is about to run assigns and mentions."""
        self._assigned |= stored_names(code, _STORE_NAME) | stored_names(code, _STORE_GLOBAL)
        for one in nested_codes(code):
            self._mentioned.update(one.co_names)
            self._declared_global |= stored_names(one, _STORE_GLOBAL)

    def encode(self, given: dict[str, int], encoder: ValueEncoder) -> tuple[bytes, bool]:
        """The changed variables as a JSON object, and whether a bound cut something off.

        `given` maps the names that the host gave to the addresses of their objects: as long as they are bound to these, they
        are left out.
        """
        pieces: dict[bytes, bytes] = {}
        seen: dict[str, tuple[int, int]] = {}
        left = TOTAL_LIMIT - 2
        cut = False
        namespace = self._namespace.copy()
        candidates = self._mentioned_through_functions(namespace) | self._declared_global
        for name, value in namespace.items():
            if type(name) is not str or name[:1] == "_" or issubclass(type(value), _Module):
                continue
            assigned = name in self._assigned
            if given.get(name) == id(value) and not assigned:
                continue
            certain = assigned or self._before.get(name) != id(value)
            if not certain and not (
                name in candidates and (issubclass(type(value), _MUTABLE) or name in self._declared_global)
            ):
                continue
            if len(pieces) == NAMES:
                cut = True
                break
            if len(name) >= left:
                cut = True
                continue
            key = json_text(name)
            if key in pieces:
                # Names with lone surrogates, which only `globals()` takes, may be the same to JSON.
                continue
            encoder.cut = False
            try:
                body = encoder.encode(value, min(VALUE_LIMIT, left - len(key) - 2))
            except TooLarge:
                cut = True
                continue
            looks = (_length(value), hash(body))
            if certain or self._seen.get(name) != looks:
                seen[name] = looks
                cut |= encoder.cut
                left -= len(key) + len(body) + 2
                pieces[key] = body
        self._seen |= seen
        return b"{%b}" % b",".join([b"%b:%b" % entry for entry in pieces.items()]), cut

    def _mentioned_through_functions(self, namespace: dict) -> set[str]:
        names = set(self._mentioned)
        todo = list(names)
        looked = 0
        while todo and looked < _FUNCTIONS:
            value = namespace.get(todo.pop())
            if type(value) is _Function:
                looked += 1
                for code in nested_codes(_code_of(value)):
                    new = set(code.co_names) - names
                    names |= new
                    todo.extend(new)
        return names


def _length(value: object) -> int:
    for kind in _MUTABLE:
        if issubclass(type(value), kind):
            return kind.__len__(value)
    return 0
