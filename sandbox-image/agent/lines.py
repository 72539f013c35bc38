"""Lines of a text, or of bytes, that comes in pieces."""

from sealed import BUILTINS as __builtins__


def lines(pieces, keepends: bool):
    """Yields the lines of `pieces`, which are not empty, as `splitlines` cuts what they are together."""
    begun: list = []
    for piece in pieces:
        empty = piece[:0]
        carriage_return, line_feed = ("\r", "\n") if type(piece) is str else (b"\r", b"\n")
        if begun and begun[-1][-1:] == carriage_return and piece[:1] != line_feed:
            yield from empty.join(begun).splitlines(keepends)
            begun = []
        found = piece.splitlines(True)
        last = found[-1]
        if last[-1:] == carriage_return or last.splitlines()[0] == last:
            found.pop()
        else:
            last = None
        if found:
            found[0] = empty.join((*begun, found[0]))
            begun = []
            yield from found if keepends else empty.join(found).splitlines()
        if last is not None:
            begun.append(last)
    if begun:
        yield from begun[0][:0].join(begun).splitlines(keepends)
