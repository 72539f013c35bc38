"""The guard: a seccomp filter that the agent puts on itself before any user code runs.

It is the layer that works the same under gVisor and runc, and that no trick inside Python gets round: `ctypes`, forged code
objects and raw system calls all end here. It only ever allows, answers with an errno, or kills, because that is all gVisor
knows. What is denied, and why, is the data at the top.
"""

from sealed import BUILTINS as __builtins__

import ctypes
from _signal import SIGKILL, SIGSTOP
from errno import EBADF, ENETUNREACH, ENOSYS, EPERM
from os import _exit, fork, getpid, uname, waitpid

from bpf import (
    ALLOW,
    KILL_PROCESS,
    Instruction,
    assemble,
    decide,
    errno_action,
    finish,
    if_any_bit,
    if_at_least,
    if_equal,
    load_architecture,
    load_argument,
    load_number,
    unless_equal,
)

# Name: the number on x86_64, the number on aarch64 (None: the machine does not have it).
NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "clone": (56, 220),
    "clone3": (435, 435),
    "close": (3, 57),
    "close_range": (436, 436),
    "create_module": (174, None),
    "delete_module": (176, 106),
    "dup2": (33, None),
    "dup3": (292, 24),
    "epoll_ctl": (233, 21),
    "execve": (59, 221),
    "execveat": (322, 281),
    "fanotify_init": (300, 262),
    "fcntl": (72, 25),
    "finit_module": (313, 273),
    "fork": (57, None),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "get_kernel_syms": (177, None),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioctl": (16, 29),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "kill": (62, 129),
    "listmount": (458, 458),
    "lookup_dcookie": (212, 18),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "name_to_handle_at": (303, 264),
    "nfsservctl": (180, 42),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pivot_root": (155, 41),
    "prctl": (157, 167),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "query_module": (178, None),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "rt_sigaction": (13, 134),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "seccomp": (317, 277),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "splice": (275, 76),
    "statmount": (457, 457),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "tee": (276, 77),
    "tgkill": (234, 131),
    "tkill": (200, 130),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "uselib": (134, None),
    "vfork": (58, None),
    "vhangup": (153, 58),
    "vmsplice": (278, 75),
}

DENIED: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("no other program runs in a sandbox", EPERM, ("execve", "execveat")),
    ("no other process runs in a sandbox", EPERM, ("fork", "vfork")),
    ("its flags are behind a pointer; without it libc falls back to clone, which is judged", ENOSYS, ("clone3",)),
    (
        "no process looks into another, or into the agent",
        EPERM,
        (
            "ptrace",
            "process_vm_readv",
            "process_vm_writev",
            "process_madvise",
            "process_mrelease",
            "kcmp",
            "pidfd_open",
            "pidfd_getfd",
            "pidfd_send_signal",
        ),
    ),
    ("no memory that can be executed as a file, or that the accounting does not see", EPERM, ("memfd_create", "memfd_secret")),
    (
        "the file system stays as the engine made it",
        EPERM,
        (
            "mount",
            "umount2",
            "open_tree",
            "open_tree_attr",
            "move_mount",
            "fsopen",
            "fsconfig",
            "fsmount",
            "fspick",
            "mount_setattr",
            "statmount",
            "listmount",
            "pivot_root",
            "chroot",
        ),
    ),
    ("files are opened by name, where permissions are checked", EPERM, ("open_by_handle_at", "name_to_handle_at")),
    ("no new namespaces: they open kernel code that needs root elsewhere", EPERM, ("unshare", "setns")),
    ("the kernel's key rings are not divided by container", EPERM, ("keyctl", "add_key", "request_key")),
    (
        "large, young or seldom used kernel interfaces, each with a history of escapes",
        EPERM,
        (
            "io_uring_setup",
            "io_uring_enter",
            "io_uring_register",
            "bpf",
            "perf_event_open",
            "userfaultfd",
            "fanotify_init",
            "lookup_dcookie",
            "uselib",
            "nfsservctl",
            "modify_ldt",
            "iopl",
            "ioperm",
            "vhangup",
            "syslog",
        ),
    ),
    ("pages of read-only files moved into pipes have been writable more than once", EPERM, ("splice", "tee", "vmsplice")),
    (
        "the machine belongs to the host",
        EPERM,
        (
            "init_module",
            "finit_module",
            "delete_module",
            "create_module",
            "get_kernel_syms",
            "query_module",
            "kexec_load",
            "kexec_file_load",
            "reboot",
            "swapon",
            "swapoff",
            "acct",
            "settimeofday",
            "clock_settime",
            "clock_adjtime",
            "adjtimex",
            "quotactl",
            "quotactl_fd",
            "sethostname",
            "setdomainname",
        ),
    ),
    ("the guard stays as it is", EPERM, ("seccomp",)),
)
"""The reason, the errno, and the system calls that get it whatever their arguments."""

_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_X32 = 0x40000000
_AF_UNIX = 1
_AF_INET = 2
_CLONE_THREAD = 0x00010000
_PERSONALITY_QUERY = 0xFFFFFFFF

_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_MM = 35
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1


class GuardFailure(Exception):
    """The guard could not be loaded, or does not do what it should. No user code may run."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def number(name: str, machine: str) -> int | None:
    """The number of a system call on a machine. Raises GuardFailure for a machine that the tables do not know."""
    try:
        return NUMBERS[name][_MACHINES[machine][0]]
    except KeyError:
        raise GuardFailure(f"no table of system calls for {machine}") from None


def program(machine: str, process: int, first: int, last: int, interrupt: int, network: bool) -> list[Instruction]:
    """The filter for the agent with process id `process`.

    Descriptors `first` to `last` cannot be closed, replaced or changed; the handler of signal `interrupt` stays; sockets are
    of the family AF_UNIX only, unless `network`. Raises GuardFailure for an unknown machine.
    """
    if machine not in _MACHINES:
        raise GuardFailure(f"no table of system calls for {machine}")
    denied = finish(errno_action(EPERM))
    bad_descriptor = finish(errno_action(EBADF))
    allowed = finish(ALLOW)

    def in_range(index: int, then: list[Instruction]) -> list[Instruction]:
        below_top = [*if_at_least(last + 1, allowed), *then]
        return [*load_argument(index), *if_at_least(first, below_top), *allowed]

    def own_process(signal_index: int) -> list[Instruction]:
        # A process that kills or stops itself is how a container's first process takes the whole sandbox with it.
        fatal = [*if_equal(SIGKILL, denied), *if_equal(SIGSTOP, denied)]
        return [*load_argument(0), *unless_equal(process, denied), *load_argument(signal_index), *fatal, *allowed]

    rules = {name: finish(errno_action(errno)) for _, errno, names in DENIED for name in names}
    rules |= {
        "clone": [*load_argument(0), *if_any_bit(_CLONE_THREAD, allowed), *denied],
        "kill": own_process(1),
        "tkill": own_process(1),
        "tgkill": own_process(2),
        "rt_sigqueueinfo": own_process(1),
        "rt_tgsigqueueinfo": own_process(2),
        "personality": [*load_argument(0), *unless_equal(_PERSONALITY_QUERY, denied), *allowed],
        "prctl": [
            *load_argument(0),
            *if_equal(_PR_SET_DUMPABLE, denied),
            *if_equal(_PR_SET_SECCOMP, denied),
            *if_equal(_PR_SET_MM, denied),
            *allowed,
        ],
        "rt_sigaction": [*load_argument(0), *if_equal(interrupt, denied), *allowed],
        "close": in_range(0, bad_descriptor),
        "fcntl": in_range(0, bad_descriptor),
        "ioctl": in_range(0, bad_descriptor),
        "epoll_ctl": in_range(0, bad_descriptor),
        "dup2": in_range(1, bad_descriptor),
        "dup3": in_range(1, bad_descriptor),
        # A range that touches the protected one closes nothing and succeeds: errors make glibc's closefrom close one by
        # one until nothing is left to close, which would be for ever.
        "close_range": [
            *load_argument(0),
            *if_at_least(last + 1, allowed),
            *load_argument(1),
            *if_at_least(first, finish(errno_action(0))),
            *allowed,
        ],
    }
    if not network:
        unreachable = finish(errno_action(ENETUNREACH))
        rules["socket"] = rules["socketpair"] = [*load_argument(0), *unless_equal(_AF_UNIX, unreachable), *allowed]

    numbered = [(found, piece) for name, piece in rules.items() if (found := number(name, machine)) is not None]
    other_tables = if_at_least(_X32, finish(errno_action(ENOSYS))) if machine == "x86_64" else []
    return [
        *load_architecture(),
        *unless_equal(_MACHINES[machine][1], finish(KILL_PROCESS)),
        *load_number(),
        *other_tables,
        *decide(numbered, ALLOW),
    ]


class Guard:
    """Loads the filter into this process and proves that it is in force. Nothing takes it away again."""

    def __init__(self, first: int, last: int, interrupt: int, network: bool) -> None:
        self._first = first
        self._last = last
        self._interrupt = interrupt
        self._network = network
        self._machine = uname().machine
        self._libc = ctypes.CDLL(None, use_errno=True)

    def load(self) -> None:
        """Loads and proves the guard. To be called before any other thread is started.

        Raises GuardFailure, after which the process must end: the guard may be half there.
        """
        body = assemble(program(self._machine, getpid(), self._first, self._last, self._interrupt, self._network))
        filter_program = _Program(len(body) // 8, body)
        self._prctl(_PR_SET_NO_NEW_PRIVS, 1)
        self._prctl(_PR_SET_DUMPABLE, 0)
        seccomp = number("seccomp", self._machine)
        loaded = self._libc.syscall(seccomp, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, ctypes.byref(filter_program))
        if loaded != 0:
            self._prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(filter_program))
        self._prove()

    def _prctl(self, option: int, *arguments: object) -> None:
        zero = ctypes.c_ulong(0)
        words = [ctypes.c_ulong(word) if type(word) is int else word for word in arguments]
        words += [zero] * (4 - len(words))
        if self._libc.prctl(option, *words) != 0:
            raise GuardFailure(f"prctl({option}) failed with errno {ctypes.get_errno()}")

    def _prove(self) -> None:
        """Makes calls that fail differently, or not at all, where the guard is not in force."""
        if not self._network:
            self._expect(ENETUNREACH, "socket", _AF_INET, 1, 0)
        self._expect(EPERM, "execve", b"/nonexistent", None, None)
        self._expect(EPERM, "unshare", 0)
        self._expect(EPERM, "kill", 0x7FFFFFFE, 0)
        self._expect(EPERM, "memfd_create", b"probe", 0)
        self._expect(EPERM, "ptrace", 0x4200, 0x7FFFFFFE, 0, 0)
        self._expect(ENOSYS, "clone3", None, 0)
        self._expect(EBADF, "fcntl", self._first, 1, 0)
        self._expect(EBADF, "dup3", 0, self._last, 0)
        self._expect(0, "close_range", self._first, self._last, 0)
        self._prove_no_fork()

    def _prove_no_fork(self) -> None:
        try:
            child = fork()
        except PermissionError:
            return
        if child == 0:
            _exit(0)
        waitpid(child, 0)
        raise GuardFailure("fork is not refused")

    def _expect(self, errno: int, name: str, *arguments: object) -> None:
        words = [ctypes.c_long(word) if type(word) is int else word for word in arguments]
        ctypes.set_errno(0)
        answer = self._libc.syscall(number(name, self._machine), *words)
        found = ctypes.get_errno() if answer == -1 else 0
        if found != errno:
            raise GuardFailure(f"{name} answers {found}, not {errno}")
