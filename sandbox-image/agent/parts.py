"""A document that the host sends in parts, ahead of the execution that is to have it."""

from sealed import BUILTINS as __builtins__

from frames import ProtocolViolation

LARGEST = 96 * 1024 * 1024
"""Characters of all parts together: room for a document of 64 MiB in Base64."""

_FILE = {"path": str, "text": bool, "bytes": int, "characters": int}
_PARTS = {"text": bool, "bytes": int, "characters": int}


class Parts:
    """Collects parts. For the thread that reads frames."""

    def __init__(self) -> None:
        self._identifier: str | None = None
        self._parts: list[str] = []
        self._size = 0

    def add(self, message: dict) -> None:
        """Keeps a `context_part`. Raises ProtocolViolation for one that is not as the protocol says."""
        data = message.get("data")
        if type(data) is not str or self._identifier not in (None, message["id"]):
            raise ProtocolViolation("a part of a context without data, or of another context")
        self._identifier = message["id"]
        self._parts.append(data)
        self._size += len(data)
        if self._size > LARGEST:
            raise ProtocolViolation("a context that is too large")

    def claim(self, message: dict) -> None:
        """Gives an `execute` the parts that came for it. Raises ProtocolViolation when its context is not as the protocol says."""
        given = [name for name in ("context", "context_file", "context_parts") if name in message]
        if len(given) > 1:
            raise ProtocolViolation("an execution with several contexts")
        if "context_file" in message:
            _check(message["context_file"], _FILE)
        if "context_parts" not in message:
            if self._identifier is not None:
                raise ProtocolViolation("parts of a context that nobody wants")
            return
        _check(message["context_parts"], _PARTS)
        if self._identifier not in (None, message["id"]):
            raise ProtocolViolation("parts of a context for another execution")
        text, characters = message["context_parts"]["text"], message["context_parts"]["characters"]
        if text and self._size != characters:
            raise ProtocolViolation(f"{self._size} characters of {characters}")
        message["parts"] = self._parts
        self._identifier = None
        self._parts = []
        self._size = 0


def _check(given: object, fields: dict[str, type]) -> None:
    if type(given) is not dict or any(type(given.get(name)) is not kind for name, kind in fields.items()):
        raise ProtocolViolation("a context that is not described as the protocol says")
    if type(given.get("index", "")) is not str:
        raise ProtocolViolation("a context whose index has no path")
