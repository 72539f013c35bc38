"""The filter, run by a simulator as the kernel would, and then the real thing in a real agent."""

import errno
import os
import signal
import struct
import unittest

from guest import GuestTest
import bpf
import guard

ALLOW = "allow"
KILL = "kill"
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def run(program, number, arguments=(), architecture=0xC000003E):
    """What the kernel answers: ALLOW, KILL or an errno; and how many instructions that took."""
    words = [value & 0xFFFFFFFFFFFFFFFF for value in (*arguments, *[0] * (6 - len(arguments)))]
    data = struct.pack("<IIQ6Q", number, architecture, 0, *words)
    accumulator, at, steps = 0, 0, 0
    while True:
        code, if_true, if_false, constant = program[at]
        at += 1
        steps += 1
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, constant)[0]
        elif code == 0x05:
            at += constant
        elif code == 0x15:
            at += if_true if accumulator == constant else if_false
        elif code == 0x35:
            at += if_true if accumulator >= constant else if_false
        elif code == 0x45:
            at += if_true if accumulator & constant else if_false
        elif code == 0x06:
            if constant == bpf.ALLOW:
                return ALLOW, steps
            if constant == bpf.KILL_PROCESS:
                return KILL, steps
            if constant >> 16 != 5:
                raise AssertionError(f"action {constant:#x}")
            return constant & 0xFFFF, steps
        else:
            raise AssertionError(f"code {code:#x}")


class AssemblerTest(unittest.TestCase):
    def test_encoding(self):
        self.assertEqual(struct.pack("HBBI", 6, 0, 0, 0x7FFF0000), bpf.assemble(bpf.finish(bpf.ALLOW)))

    def test_what_the_kernel_would_refuse(self):
        end = bpf.finish(bpf.ALLOW)
        for program in (
            [],
            bpf.load_number(),
            [(0x15, 1, 0, 5), *end],
            [(0x15, 0, 1, 5), *end],
            [(0x05, 0, 0, 1), *end],
            [(0x15, 256, 0, 5), *end * 300],
            [(0x20, 0, 0, -1), *end],
            end * 4097,
        ):
            with self.subTest(program[:2]), self.assertRaises(ValueError):
                bpf.assemble(program)

    def test_a_tree_finds_every_rule_and_nothing_else(self):
        # Long pieces, so that jumps over a half do not fit the 8 bits of a conditional jump.
        rules = [
            (number, bpf.load_argument(0) * 40 + bpf.finish(bpf.errno_action(number % 100 + 1))) for number in range(1, 400, 3)
        ]
        program = bpf.load_number() + bpf.decide(rules, bpf.ALLOW)
        self.assertGreater(len(program), 2000)
        for number in range(410):
            expected = number % 100 + 1 if number < 400 and number % 3 == 1 else ALLOW
            self.assertEqual(expected, run(program, number)[0], number)

    def test_conditions(self):
        denied, allowed = bpf.finish(bpf.errno_action(1)), bpf.finish(bpf.ALLOW)
        for piece, value, expected in (
            (bpf.if_equal(5, denied), 5, 1),
            (bpf.if_equal(5, denied), 6, ALLOW),
            (bpf.unless_equal(5, denied), 5, ALLOW),
            (bpf.unless_equal(5, denied), 6, 1),
            (bpf.if_at_least(5, denied), 5, 1),
            (bpf.if_at_least(5, denied), 4, ALLOW),
            (bpf.if_any_bit(6, denied), 2, 1),
            (bpf.if_any_bit(6, denied), 9, ALLOW),
        ):
            self.assertEqual(expected, run(bpf.load_argument(1) + piece + allowed, 0, (0, value))[0])


class PolicyTest(unittest.TestCase):
    OWN = 77
    FIRST, LAST = 247, 255
    SIGNAL = 63

    def answers(self, machine, name, *arguments, network=False):
        number = guard.number(name, machine)
        program = guard.program(machine, self.OWN, self.FIRST, self.LAST, self.SIGNAL, network)
        return run(program, number, arguments, ARCHITECTURES[machine])[0]

    def check(self, expected, name, *arguments, **options):
        for machine in ARCHITECTURES:
            if guard.number(name, machine) is not None:
                self.assertEqual(expected, self.answers(machine, name, *arguments, **options), (machine, name, arguments))

    def test_every_denied_call_is_denied_on_both_machines(self):
        for reason, number, names in guard.DENIED:
            self.assertTrue(reason)
            for name in names:
                self.check(number, name)

    def test_numbers_are_unique(self):
        for column in (0, 1):
            numbers = [pair[column] for pair in guard.NUMBERS.values() if pair[column] is not None]
            self.assertEqual(len(numbers), len(set(numbers)))

    def test_every_number_is_used(self):
        program = guard.program("x86_64", self.OWN, self.FIRST, self.LAST, self.SIGNAL, False)
        constants = {constant for code, _, _, constant in program if code == 0x15}
        for name, (number, _) in guard.NUMBERS.items():
            if number is not None:
                self.assertIn(number, constants, name)

    def test_ordinary_calls_are_allowed_in_few_steps(self):
        for machine, numbers in {"x86_64": (0, 1, 9, 202, 257, 228), "aarch64": (63, 64, 222, 98, 56, 113)}.items():
            program = guard.program(machine, self.OWN, self.FIRST, self.LAST, self.SIGNAL, False)
            for number in numbers:
                answer, steps = run(program, number, (), ARCHITECTURES[machine])
                self.assertEqual(ALLOW, answer)
                self.assertLess(steps, 25)

    def test_other_architectures_are_killed(self):
        for machine, other in (
            ("x86_64", 0x40000003),
            ("x86_64", 0xC00000B7),
            ("aarch64", 0xC000003E),
            ("aarch64", 0x40000028),
        ):
            program = guard.program(machine, self.OWN, self.FIRST, self.LAST, self.SIGNAL, False)
            self.assertEqual(KILL, run(program, 1, (), other)[0])

    def test_the_x32_table_does_not_exist(self):
        program = guard.program("x86_64", self.OWN, self.FIRST, self.LAST, self.SIGNAL, False)
        for number in (0x40000000, 0x40000000 + 520, 0xFFFFFFFF):
            self.assertEqual(errno.ENOSYS, run(program, number)[0])

    def test_unknown_machines_are_refused(self):
        with self.assertRaises(guard.GuardFailure):
            guard.program("riscv64", self.OWN, self.FIRST, self.LAST, self.SIGNAL, False)

    def test_sockets(self):
        for name in ("socket", "socketpair"):
            self.check(ALLOW, name, 1, 1, 0)
            for family in (0, 2, 10, 16, 17, 38, 40, 0x100000002, 2**63 + 2):
                self.check(errno.ENETUNREACH, name, family, 1, 0)
                self.check(ALLOW, name, family, 1, 0, network=True)

    def test_threads_but_no_processes(self):
        thread = 0x3D0F00
        self.check(ALLOW, "clone", thread)
        self.check(errno.EPERM, "clone", 17)
        self.check(errno.EPERM, "clone", thread & ~0x10000)
        self.check(errno.EPERM, "clone", 17 | 0x10000 << 32)

    def test_signals_only_to_itself_and_none_that_kills(self):
        self.check(ALLOW, "kill", self.OWN, 10)
        self.check(ALLOW, "tgkill", self.OWN, 99, 63)
        self.check(ALLOW, "rt_sigqueueinfo", self.OWN, 10)
        for pid in (1, 0, -1, 78, -77):
            self.check(errno.EPERM, "kill", pid, 10)
            self.check(errno.EPERM, "tgkill", pid, pid, 10)
            self.check(errno.EPERM, "rt_sigqueueinfo", pid, 10)
            self.check(errno.EPERM, "rt_tgsigqueueinfo", pid, pid, 10)
        for fatal in (9, 19):
            self.check(errno.EPERM, "kill", self.OWN, fatal)
            self.check(errno.EPERM, "tgkill", self.OWN, self.OWN, fatal)
            self.check(errno.EPERM, "tkill", self.OWN, fatal)

    def test_descriptors_of_the_agent(self):
        for name in ("close", "fcntl", "ioctl", "epoll_ctl"):
            for descriptor in (247, 250, 255, 255 + 2**32):
                self.check(errno.EBADF, name, descriptor, 1)
            for descriptor in (0, 2, 246, 256, 2**32 - 1):
                self.check(ALLOW, name, descriptor, 250)
        for name in ("dup2", "dup3"):
            self.check(errno.EBADF, name, 1, 247)
            self.check(errno.EBADF, name, 247, 255)
            self.check(ALLOW, name, 247, 1)
            self.check(ALLOW, name, 1, 256)

    def test_closing_a_range_does_nothing_where_it_meets_the_agents(self):
        for first, last in ((0, 1000), (3, 2**32 - 1), (247, 247), (255, 300), (250, 251), (0, 247)):
            self.check(0, "close_range", first, last)
        for first, last in ((0, 246), (256, 2**32 - 1)):
            self.check(ALLOW, "close_range", first, last)

    def test_the_handler_of_the_interrupt_stays(self):
        self.check(errno.EPERM, "rt_sigaction", self.SIGNAL)
        self.check(ALLOW, "rt_sigaction", signal.SIGINT)

    def test_personality_can_be_asked_only(self):
        self.check(ALLOW, "personality", 0xFFFFFFFF)
        self.check(errno.EPERM, "personality", 0x0040000)

    def test_prctl(self):
        for option in (4, 22, 35):
            self.check(errno.EPERM, "prctl", option, 1)
        self.check(ALLOW, "prctl", 15)


class RealGuardTest(GuestTest):
    """Each probe asks the kernel, through libc, from user code in a running agent."""

    PROBE = (
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "def probe(number, *args):\n"
        "    ctypes.set_errno(0)\n"
        "    args = [ctypes.c_long(a) if isinstance(a, int) else a for a in args]\n"
        "    return ctypes.get_errno() if libc.syscall(ctypes.c_long(number), *args) == -1 else 0\n"
    )

    def setUp(self):
        super().setUp()
        self.machine = os.uname().machine
        self.completed(self.PROBE)

    def probe(self, expected, name, *arguments):
        number = guard.number(name, self.machine)
        if number is not None:
            outcome = self.completed(f"probe({', '.join(map(repr, (number, *arguments)))})")
            self.assertEqual(str(expected), outcome.result, name)

    def test_everything_denied_is_denied(self):
        for _, number, names in guard.DENIED:
            for name in names:
                if name not in ("vfork", "reboot"):
                    self.probe(number, name, 0, 0, 0, 0, 0)

    def test_conditional_rules(self):
        for name in ("socket", "socketpair"):
            for family in (2, 10, 16, 17, 38):
                self.probe(errno.ENETUNREACH, name, family, 1, 0, 0)
        self.probe(errno.EPERM, "kill", 1 if os.getpid() != 1 else 2, 0)
        self.probe(errno.EPERM, "kill", -1, 0)
        self.probe(errno.EPERM, "clone", 17, 0, 0, 0, 0)
        self.probe(errno.EPERM, "personality", 0x0040000)
        self.probe(errno.EPERM, "prctl", 4, 1, 0, 0, 0)
        self.probe(errno.EBADF, "close", 255)
        self.probe(0, "close_range", 0, 1000, 0)
        self.probe(errno.EPERM, "rt_sigaction", 63, 0, 0, 8)

    def test_through_python(self):
        for code, name in (
            ("import os; os.fork()", "PermissionError"),
            ("import os; os.execv('/usr/bin/python3', ['python3'])", "PermissionError"),
            ("import os; os.posix_spawn('/usr/bin/python3', ['python3'], {})", "PermissionError"),
            ("import os; os.memfd_create('x')", "PermissionError"),
            ("import os; os.kill(os.getpid(), 9)", "PermissionError"),
            ("import os; os.kill(-1, 9)", "PermissionError"),
            ("import os; os.unshare(0x10000000)", "PermissionError"),
            ("import os; os.chroot('/')", "PermissionError"),
        ):
            with self.subTest(code):
                outcome = self.run_code(code)
                if outcome.error and outcome.error["name"] == "AttributeError":
                    continue
                self.assertEqual(name, (outcome.error or {}).get("name"), outcome)
        # glibc's forkpty loses the errno on its way out.
        self.assertIn(self.run_code("import os; os.forkpty()").error["name"], ("OSError", "PermissionError"))
        outcome = self.raised("import socket; socket.create_connection(('8.8.8.8', 53), 3)", "OSError")
        self.assertIn("[Errno 101] Network is unreachable", outcome.error["value"])
        self.assertNotEqual("0", self.completed("import os; os.system('true')").result)

    def test_unix_sockets_and_threads_work(self):
        outcome = self.completed(
            "import socket, threading\n"
            "a, b = socket.socketpair()\n"
            "t = threading.Thread(target=lambda: a.send(b'hello')); t.start(); t.join()\n"
            "b.recv(10)"
        )
        self.assertEqual("b'hello'", outcome.result)

    def test_asyncio_works(self):
        self.assertEqual(
            "3", self.completed("import asyncio\nasync def f(): await asyncio.sleep(0.001); return 3\nasyncio.run(f())").result
        )

    def test_no_new_privileges_and_filter_mode(self):
        outcome = self.completed(
            "s = dict(l.split(':\\t', 1) for l in open('/proc/self/status').read().splitlines() if ':\\t' in l)\n"
            "s.get('NoNewPrivs', '1'), s.get('Seccomp')"
        )
        self.assertEqual("('1', '2')", outcome.result)

    def test_proc_self_is_still_readable(self):
        self.completed(
            "for f in ('statm', 'status', 'maps', 'stat'): assert open('/proc/self/' + f).read()\nos.listdir('/proc/self/fd')"
        )

    def test_descriptors_at_the_start(self):
        outcome = self.completed("sorted(int(f) for f in os.listdir('/proc/self/fd'))[:-1]")
        found = eval(outcome.result)
        self.assertEqual([0, 1, 2], [f for f in found if f < 200 and f != 3], "3 is the listing itself")
        self.assertEqual(found[-8:], list(range(found[-8], found[-8] + 8)), "one consecutive range")


class UnguardedTest(GuestTest):
    """What shows that the guard, and nothing else, denies."""

    options = ("--guard=off", "--network=on")

    def test_processes_and_sockets(self):
        self.completed("import socket; socket.socket().close()")
        outcome = self.completed(
            "import os, sys\n"
            "pid = os.fork()\n"
            "if pid == 0:\n"
            "    print('child')\n"
            "    sys.exit(5)\n"
            "os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])"
        )
        self.assertEqual(("child\n", "5"), (outcome.stdout, outcome.result))
        self.usable()


class NetworkOnTest(GuestTest):
    options = ("--guard=on", "--network=on")

    def test_sockets_but_no_processes(self):
        self.completed("import socket; socket.socket().close()")
        self.raised("import os; os.fork()", "PermissionError")


if __name__ == "__main__":
    unittest.main()
