"""A tiny assembler for the classic BPF programs that seccomp takes.

A piece of program is a list of instructions whose jumps stay inside the list or go to its end, so pieces can be put one
after the other. `decide` puts pieces into a balanced tree: under gVisor, which may interpret the program on every system
call, a hundred rules then cost seven comparisons.
"""

from sealed import BUILTINS as __builtins__

from _struct import pack

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000

_LOAD_WORD = 0x20
_JUMP = 0x05
_JUMP_EQUAL = 0x15
_JUMP_GREATER_EQUAL = 0x35
_JUMP_ANY_BIT = 0x45
_RETURN = 0x06

_NUMBER = 0
_ARCHITECTURE = 4
_ARGUMENTS = 16

_LEAF = 4

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, constant."""


def errno_action(number: int) -> int:
    """The action that answers with `number` as errno; 0 makes the call do nothing and succeed."""
    return _ERRNO | number


def finish(action: int) -> list[Instruction]:
    """Ends the program with `action`."""
    return [(_RETURN, 0, 0, action)]


def load_number() -> list[Instruction]:
    """Loads the number of the system call."""
    return [(_LOAD_WORD, 0, 0, _NUMBER)]


def load_architecture() -> list[Instruction]:
    """Loads the architecture that the call is made for."""
    return [(_LOAD_WORD, 0, 0, _ARCHITECTURE)]


def load_argument(index: int) -> list[Instruction]:
    """Loads the low 32 bits of an argument: all that the kernel looks at for an `int`, on little-endian machines."""
    return [(_LOAD_WORD, 0, 0, _ARGUMENTS + 8 * index)]


def if_equal(value: int, then: list[Instruction]) -> list[Instruction]:
    """Runs `then` (at most 255 instructions) if what is loaded equals `value`."""
    return [(_JUMP_EQUAL, 0, len(then), value), *then]


def if_at_least(value: int, then: list[Instruction]) -> list[Instruction]:
    """Runs `then` (at most 255 instructions) if what is loaded, unsigned, is `value` or more."""
    return [(_JUMP_GREATER_EQUAL, 0, len(then), value), *then]


def if_any_bit(bits: int, then: list[Instruction]) -> list[Instruction]:
    """Runs `then` (at most 255 instructions) if what is loaded has one of `bits`."""
    return [(_JUMP_ANY_BIT, 0, len(then), bits), *then]


def unless_equal(value: int, then: list[Instruction]) -> list[Instruction]:
    """Runs `then` (at most 255 instructions) if what is loaded is not `value`."""
    return [(_JUMP_EQUAL, len(then), 0, value), *then]


def decide(rules: list[tuple[int, list[Instruction]]], otherwise: int) -> list[Instruction]:
    """For the loaded number the piece that `rules` names for it, each of which must end the program; else `otherwise`."""
    rules = sorted(rules, key=lambda rule: rule[0])
    if len(rules) <= _LEAF:
        leaf = [instruction for number, piece in rules for instruction in if_equal(number, piece)]
        return leaf + finish(otherwise)
    middle = len(rules) // 2
    lower = decide(rules[:middle], otherwise)
    # The jump over the lower half is a plain one: its distance has 32 bits, that of a conditional jump only 8.
    fork = [(_JUMP_GREATER_EQUAL, 0, 1, rules[middle][0]), (_JUMP, 0, 0, len(lower))]
    return fork + lower + decide(rules[middle:], otherwise)


def assemble(program: list[Instruction]) -> bytes:
    """The program as the kernel's array of `struct sock_filter`. Raises ValueError for what the kernel would refuse."""
    if not 0 < len(program) <= 4096:
        raise ValueError(f"{len(program)} instructions")
    for index, (code, if_true, if_false, constant) in enumerate(program):
        if not (0 <= if_true <= 255 and 0 <= if_false <= 255 and 0 <= constant <= 0xFFFFFFFF):
            raise ValueError(f"instruction {index} does not fit its fields")
        if code == _JUMP:
            longest = constant
        elif code in (_JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_ANY_BIT):
            longest = max(if_true, if_false)
        else:
            continue
        if index + 1 + longest >= len(program):
            raise ValueError(f"instruction {index} jumps out of the program")
    if program[-1][0] != _RETURN:
        raise ValueError("the program does not end")
    return b"".join(pack("HBBI", *instruction) for instruction in program)
