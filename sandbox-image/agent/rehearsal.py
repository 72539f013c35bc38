"""Makes the first execution as fast as the ones after it.

What is done for the first time costs several milliseconds under gVisor: every page of the interpreter and its heap that is
touched for the first time is a fault that the sandbox's kernel handles. A sandbox that waits has time for that.
"""

from sealed import BUILTINS as __builtins__

from frames import parse

_FRAME = b'{"type":"execute","id":"0","code":"print(1)\\n","context":{"a":[1,2.5,"b",null,true]},"functions":["f"]}'

_CELLS = (
    "print(1)",
    "numbers = [1, 2.5, 'text', None]\ntable = {'a': numbers, 'b': (1, 2)}\nprint(table)\ntable",
    "def function(x):\n    return x / 0\nfunction(1)",
)
"""Output, values of all kinds, and an exception with its traceback."""


def rehearse(runner) -> None:
    """Runs code of the agent's own in a runner that is not used for anything else. What it prints stays in the pipes."""
    parse(_FRAME)
    for code in _CELLS:
        runner.rehearse(code)
