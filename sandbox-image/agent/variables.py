"""Which variables a namespace holds, by name and type, told while code may be running in it.

The thread that reads frames answers this. So no code of the user's is run for it, and nothing is taken apart that another thread
may be changing: the entries come out of the dictionary in one call of C code.
"""

from sealed import BUILTINS as __builtins__

from itertools import islice

from frames import json_text
from representation import type_name

NAMES = 256

NAME_LIMIT = 200
"""Characters of a name."""

_LOOKED_AT = 10_000
"""Entries that are looked at: a session can have a million names, and this one list is all the memory that is taken."""

_Module = type(__import__("sys"))


def listing(namespace: dict, given: dict[str, int]) -> bytes:
    """A JSON object of type names by variable name.

    Left out are names that start with `_`, modules, and what the host gave as long as it is bound to the name it was given under.
    """
    pieces: dict[bytes, bytes] = {}
    for name, value in list(islice(namespace.items(), _LOOKED_AT)):
        if type(name) is not str or name[:1] == "_" or issubclass(type(value), _Module) or given.get(name) == id(value):
            continue
        # Long names and lone surrogates may come to be the same.
        pieces.setdefault(json_text(name[:NAME_LIMIT]), json_text(type_name(value)))
        if len(pieces) == NAMES:
            break
    return b"{%b}" % b",".join([b"%b:%b" % entry for entry in pieces.items()])
