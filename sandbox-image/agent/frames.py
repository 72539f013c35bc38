"""Frames between host and guest: a 4-byte unsigned big-endian length, then that many bytes of UTF-8 JSON.

The C functions behind `json` are used without the package around them: it costs an import of `re`, and user code may patch it.
"""

from sealed import BUILTINS as __builtins__

from _json import encode_basestring, make_scanner
from os import read, readv

MAX_HOST_FRAME = 64 * 1024 * 1024
"""Bytes of JSON in the largest frame the host may send."""

MAX_GUEST_FRAME = 1024 * 1024
"""Bytes of JSON in the largest frame the guest may send."""

_READ_SIZE = 64 * 1024


class ProtocolViolation(Exception):
    """The host sent something that is not a frame of the protocol."""


def _reject_constant(name: str) -> None:
    raise ProtocolViolation(f"{name} is not JSON")


class _ScannerSettings:
    """What `_json.make_scanner` reads from a `json.JSONDecoder`."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = staticmethod(_reject_constant)
    memo: dict[str, str] = {}


_scan = make_scanner(_ScannerSettings())


def parse(body: bytes | bytearray) -> dict:
    """The JSON object in `body`.

    Raises ProtocolViolation if it is not one object in UTF-8, or is nested deeper than the interpreter allows.
    """
    try:
        text = str(body, "utf-8").lstrip(" \t\r\n")
        value, end = _scan(text, 0)
    except (ValueError, StopIteration, RecursionError) as error:
        raise ProtocolViolation(f"not JSON: {type(error).__name__}") from None
    if end != len(text) and text[end:].strip(" \t\r\n"):
        raise ProtocolViolation("bytes after the JSON value")
    if type(value) is not dict:
        raise ProtocolViolation("not a JSON object")
    return value


def valid_unicode(text: str) -> str:
    """`text` with U+FFFD for each lone surrogate (a pair of surrogates becomes the character it stands for)."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def json_text(text: str) -> bytes:
    """`text` as a JSON string in UTF-8, quotes included. At most 6 bytes for each character."""
    try:
        return encode_basestring(text).encode()
    except UnicodeEncodeError:
        return encode_basestring(valid_unicode(text)).encode()


def frame(body: bytes) -> bytes:
    """`body` with its length in front. Raises ValueError over MAX_GUEST_FRAME: the host would end the sandbox."""
    if len(body) > MAX_GUEST_FRAME:
        raise ValueError(f"a frame of {len(body)} bytes is too large")
    return len(body).to_bytes(4, "big") + body


class FrameReader:
    """Reads frames from a blocking descriptor. Not thread-safe."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._buffer = b""

    def arrived(self) -> bool:
        """Whether a part of the next frame was read together with the last one."""
        return bool(self._buffer)

    def read(self) -> dict | None:
        """The next frame, or None at the end of the stream, also when it ends inside a frame.

        Raises ProtocolViolation for a frame that is too long or not a JSON object, and OSError if reading fails.
        """
        header = self._take(4)
        if header is None:
            return None
        length = int.from_bytes(header, "big")
        if length > MAX_HOST_FRAME:
            raise ProtocolViolation(f"a frame of {length} bytes")
        body = self._take(length)
        return None if body is None else parse(body)

    def _take(self, count: int) -> bytes | bytearray | None:
        buffer = self._buffer
        while len(buffer) < count:
            if count > _READ_SIZE:
                return self._take_large(count)
            piece = read(self._descriptor, _READ_SIZE)
            if not piece:
                return None
            buffer += piece
        self._buffer = buffer[count:]
        return buffer[:count]

    def _take_large(self, count: int) -> bytearray | None:
        """Reads straight into place, so that a context of 64 MiB is not copied piece by piece."""
        body = bytearray(count)
        filled = len(self._buffer)
        body[:filled] = self._buffer
        self._buffer = b""
        with memoryview(body) as view:
            while filled < count:
                size = readv(self._descriptor, (view[filled:],))
                if size == 0:
                    return None
                filled += size
        return body
