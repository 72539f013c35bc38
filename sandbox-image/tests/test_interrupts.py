"""The host's interrupt ends what it is meant for, at once, and nothing else."""

import signal
import time
import unittest

from guest import AgentGone, GuestTest
import interrupts
from interrupts import Interrupts


class EdgeTest(unittest.TestCase):
    """`Interrupts` alone, at the moments that are hard to hit from outside."""

    def setUp(self):
        previous = signal.getsignal(interrupts.SIGNAL)
        self.addCleanup(signal.signal, interrupts.SIGNAL, previous)
        self.interrupts = Interrupts()
        self.interrupts.install()

    def test_before_during_and_after(self):
        work = self.interrupts
        work.request("a")
        work.begin("a")
        work.nudge()
        self.assertEqual((5, None), work.call(lambda _: 5, None))
        work.begin("b")
        work.request("a")
        self.assertEqual((6, None), work.call(lambda _: 6, None))
        work.request("b")
        self.assertTrue(work.pending())
        work.end()
        self.assertFalse(work.pending())
        work.nudge()

    def test_a_wish_from_before_user_code_began_is_granted_when_nudged(self):
        self.interrupts.begin("a")
        self.interrupts.request("a")

        def loop(_):
            self.interrupts.nudge()
            while True:
                pass

        value, error = self.interrupts.call(loop, None)
        self.assertEqual((None, KeyboardInterrupt, True), (value, type(error), self.interrupts.delivered))

    def test_once_for_each_wish(self):
        self.interrupts.begin("a")
        caught = []

        def stubborn(_):
            for _ in range(3):
                try:
                    self.interrupts.request("a")
                    while True:
                        pass
                except KeyboardInterrupt:
                    self.interrupts.nudge()
                    caught.append(1)
            return "done"

        self.assertEqual(("done", None), self.interrupts.call(stubborn, None))
        self.assertEqual(3, len(caught))

    def test_work_that_has_just_ended_is_not_hit(self):
        # A function in C: what Python looks at when the signal comes is the frame of `call`, as when user code has returned.
        self.interrupts.begin("a")
        self.interrupts._wanted = "a"
        self.assertEqual((None, None), self.interrupts.call(signal.raise_signal, interrupts.SIGNAL))
        self.assertTrue(self.interrupts.pending())


class InterruptTest(GuestTest):
    def interrupted(self, code, **fields):
        running = self.agent.begin("print('ready', flush=True)\n" + code, **fields)
        self.agent.await_output("ready")
        time.sleep(0.05)
        begun = time.monotonic()
        self.agent.interrupt(running)
        outcome = self.agent.end(running)
        self.assertLess(time.monotonic() - begun, 5)
        return outcome

    def test_what_it_breaks(self):
        for code in (
            "while True: pass",
            "import time\ntime.sleep(1000)",
            "import threading\nlock = threading.Lock(); lock.acquire(); lock.acquire()",
            "import threading\nthreading.Event().wait()",
            "import threading\nt = threading.Thread(target=lambda: __import__('time').sleep(3)); t.start(); t.join()",
            "import queue\nqueue.Queue().get()",
            "import asyncio\nasyncio.run(asyncio.sleep(1000))",
            "import os\nr, w = os.pipe()\nos.read(r, 1)",
            "import select, os\nr, w = os.pipe()\nselect.select([r], [], [])",
            "x = [i for i in iter(int, 1)]",
            "while True:\n    try: 1 / 0\n    except Exception: pass",
            "def f():\n    try: f()\n    except RecursionError: f()\nwhile True: f()",
            "import re\nwhile True: re.match(r'(a*)*b', 'a' * 18)",
            "while True: print('x' * 100)",
        ):
            with self.subTest(code):
                outcome = self.interrupted(code)
                self.assertEqual(
                    ("interrupted", "KeyboardInterrupt"), (outcome.status, outcome.error and outcome.error["name"]), outcome
                )
                self.assertNotIn("interrupts.py", outcome.error["traceback"])
        self.usable()

    def test_work_before_it_is_kept(self):
        outcome = self.interrupted("kept = 5\nwhile True: pass")
        self.assertEqual({"kept": 5}, outcome.locals)
        self.assertEqual("5", self.completed("kept").result)

    def test_code_that_ends_by_itself_after_it(self):
        # Not `while True: pass`: Python leaves that jump out of what `try` covers.
        self.assertEqual(
            "completed", self.interrupted("import time\ntry: time.sleep(99)\nexcept KeyboardInterrupt: pass").status
        )
        outcome = self.interrupted("import time\ntry: time.sleep(99)\nexcept KeyboardInterrupt: raise ValueError")
        self.assertEqual(("raised", "ValueError"), (outcome.status, outcome.error["name"]))

    def test_a_second_one_breaks_what_swallowed_the_first(self):
        running = self.agent.begin(
            "try:\n    print('one')\n    while True: pass\nexcept KeyboardInterrupt:\n    print('two')\n    while True: pass"
        )
        self.agent.await_output("one")
        self.agent.interrupt(running)
        self.agent.await_output("two")
        self.agent.interrupt(running)
        self.assertEqual("interrupted", self.agent.end(running).status)

    def test_a_keyboard_interrupt_of_its_own_is_an_exception(self):
        self.assertEqual("raised", self.run_code("raise KeyboardInterrupt").status)
        self.assertEqual(
            "raised", self.run_code("import signal, time\nsignal.raise_signal(signal.SIGINT)\ntime.sleep(5)").status
        )

    def test_other_ids_are_ignored(self):
        running = self.agent.begin("print('go')\nimport time\ntime.sleep(0.3)\n'slept'")
        self.agent.await_output("go")
        self.agent.interrupt("something else")
        self.assertEqual("'slept'", self.agent.end(running).result)

    def test_late_ones_never_hit_the_next(self):
        for number in range(400):
            one = self.agent.begin(f"x = {number}")
            self.agent.interrupt(one)
            first = self.agent.end(one)
            self.assertIn(first.status, ("completed", "interrupted"))
            self.agent.interrupt(one)
            second = self.completed(f"y = {number}\ny")
            self.assertEqual(str(number), second.result)

    def test_one_that_comes_with_the_execution_is_not_lost(self):
        for _ in range(50):
            running = self.agent.begin("while True: pass")
            self.agent.interrupt(running)
            self.assertEqual("interrupted", self.agent.end(running).status)

    def test_a_representation_that_never_ends(self):
        running = self.agent.begin(
            "class R:\n    def __repr__(self):\n        print('in repr', flush=True)\n        while True: pass\nr, s, t = R(), R(), 5\nr"
        )
        self.agent.await_output("in repr")
        self.agent.interrupt(running)
        outcome = self.agent.end(running)
        self.assertEqual("completed", outcome.status)
        self.assertIn("ended by KeyboardInterrupt", outcome.result)
        self.assertIn("not called", outcome.locals["s"]["repr"])
        self.assertEqual(5, outcome.locals["t"])

    def test_the_text_of_an_exception_that_never_ends(self):
        running = self.agent.begin(
            "class E(Exception):\n    def __str__(self):\n        print('in str', flush=True)\n        while True: pass\nx = 1\nraise E"
        )
        self.agent.await_output("in str")
        self.agent.interrupt(running)
        outcome = self.agent.end(running)
        self.assertEqual(
            ("raised", "E", {"type": "type", "repr": "<class '__main__.E'>"}, 1),
            (outcome.status, outcome.error["name"], outcome.locals["E"], outcome.locals["x"]),
        )

    def test_a_flood_does_not_delay_it(self):
        running = self.agent.begin("import os\nwhile True: os.write(1, b'x' * 65536)")
        self.agent.await_output("x")
        self.agent.interrupt(running)
        self.assertEqual("interrupted", self.agent.end(running).status)


class EndTest(GuestTest):
    def test_end_of_input_ends_the_agent_at_once(self):
        for code in (
            "import time\nprint('go')\ntime.sleep(1000)",
            "print('go')\nwhile True: pass",
            "import threading, time, atexit\natexit.register(time.sleep, 1000)\nthreading.Thread(target=time.sleep, args=(1000,)).start()\nprint('go')",
        ):
            agent = self.start("--guard=on")
            agent.receive()
            agent.begin(code)
            agent.await_output("go")
            import os

            os.close(agent.input)
            self.assertEqual(0, agent.exit_status(10))

    def test_end_of_input_while_nothing_runs(self):
        import os

        os.close(self.agent.input)
        self.assertEqual(0, self.agent.exit_status(10))

    def test_a_host_that_no_longer_reads(self):
        import os

        os.close(self.agent.output)
        self.agent.begin("print(1)")
        self.assertEqual(0, self.agent.exit_status(10))


class ProtocolTest(GuestTest):
    def fails(self, agent=None):
        agent = agent or self.agent
        self.assertEqual(70, agent.exit_status(10))
        self.assertEqual(1, agent.errors().count("\n"))

    def test_violations(self):
        for body in (
            b"[]",
            b"{",
            b"\xff",
            b'{"type":"execute","id":"a","code":1}',
            b'{"type":"execute","code":""}',
            b'{"type":"what","id":"a"}',
            b'{"type":"execute","id":"a","code":"","functions":[1]}',
            b'{"type":"reply","id":"a"}',
            b'{"type":"reply","id":"a","call":1,"error":"x"}',
            b'{"type":"execute","id":"a","code":"","context":NaN}',
        ):
            with self.subTest(body):
                agent = self.start("--guard=off")
                agent.receive()
                agent.send_bytes(body)
                self.fails(agent)

    def test_a_frame_over_the_bound(self):
        self.agent.send_raw((64 * 1024 * 1024 + 1).to_bytes(4, "big"))
        self.fails()

    def test_an_execution_while_another_runs(self):
        self.agent.begin("print('go')\nwhile True: pass")
        self.agent.await_output("go")
        self.agent.begin("1")
        self.fails()

    def test_arguments(self):
        for argument in ("--guard=maybe", "--what=on", "x"):
            agent = self.start(argument)
            self.assertEqual(64, agent.exit_status(10))
            self.assertIn("usage", agent.errors())

    def test_ready(self):
        import platform

        for options, guarded in ((("--guard=on",), True), (("--guard=off",), False), ((), True)):
            agent = self.start(*options)
            self.assertEqual(
                {"type": "ready", "protocol": 1, "python": platform.python_version(), "guard": guarded}, agent.receive()
            )

    def test_ids_come_back_as_they_are(self):
        self.agent.send(type="execute", id='a"\né\U0001f600', code="print(1)")
        self.assertEqual('a"\né\U0001f600', self.agent.receive()["id"])

    def test_a_guard_that_cannot_be_loaded(self):
        import os
        import shutil
        import tempfile

        import guest

        with tempfile.TemporaryDirectory() as place:
            broken = os.path.join(place, "agent")
            shutil.copytree(guest.AGENT, broken)
            with open(os.path.join(broken, "guard.py"), "a") as file:
                file.write("\nDENIED = tuple(group for group in DENIED if 'execve' not in group[2])\n")
            original, guest.AGENT = guest.AGENT, broken
            try:
                agent = self.start("--guard=on")
            finally:
                guest.AGENT = original
            with self.assertRaises(AgentGone):
                agent.receive()
            self.assertEqual(71, agent.exit_status(10))
            self.assertEqual("rlm agent: guard: GuardFailure: execve answers 2, not 1\n", agent.errors())


if __name__ == "__main__":
    unittest.main()
