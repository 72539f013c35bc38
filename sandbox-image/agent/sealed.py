"""The agent's own copy of the built-in functions.

Code in a sandbox may delete or replace anything in `builtins`. A function finds the built-in names in what its module calls
`__builtins__` when the function is made, so every module of the agent starts with

    from sealed import BUILTINS as __builtins__

and from then on resolves `len`, `KeyboardInterrupt` and the rest in this copy, which user code does not come across. For the
same reason the agent imports functions by name (`from os import write`) rather than looking them up in a module at run time.
"""

import builtins

BUILTINS: dict[str, object] = dict(builtins.__dict__)
