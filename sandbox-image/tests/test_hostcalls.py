"""Functions of the host, called from the sandbox."""

import os
import time
import unittest

from guest import GuestTest


class HostCallTest(GuestTest):
    def call(self, code, **functions):
        return self.agent.run(code, functions=functions or {"echo": lambda *a, **k: [a, k]})

    def pending_calls(self, code, count, names):
        """Runs `code` until it waits for `count` calls: the execution's id, and the frames."""
        running = self.agent.begin(code, functions=names)
        frames = []
        while len(frames) < count:
            message = self.agent.receive()
            if message["type"] == "result":
                raise AssertionError(message)
            if message["type"] == "call":
                frames.append(message)
        return running, frames

    def test_values_travel_both_ways(self):
        outcome = self.call("echo(1, None, [True, 'é\\U0001f600'], k={'a': -1.5}, l=(1, 2))")
        self.assertEqual("[[1, None, [True, 'é\U0001f600']], {'k': {'a': -1.5}, 'l': [1, 2]}]", outcome.result)
        for value in (None, True, 0, 10**30, 1.5, "text", "\u2028\0", [], {"a": [None]}, "x" * 3_000_000):
            outcome = self.call("v = get()\nlen(str(v))", get=lambda value=value: value)
            self.assertEqual(str(len(str(value))), outcome.result)

    def test_frame(self):
        running, (frame,) = self.pending_calls("f(1, a=2)", 1, ["f"])
        self.assertEqual(
            {"type": "call", "id": running, "call": frame["call"], "name": "f", "args": [1], "kwargs": {"a": 2}}, frame
        )
        self.assertIs(int, type(frame["call"]))

    def test_they_look_like_functions(self):
        outcome = self.call(
            "import inspect\n(echo.__name__, inspect.isfunction(echo), 'host' in echo.__doc__, 'function echo' in repr(echo), str(inspect.signature(echo)))"
        )
        self.assertEqual("('echo', True, True, True, '(*args, **kwargs)')", outcome.result)

    def test_names_given_by_the_host_are_not_variables(self):
        self.assertEqual({"x": 1}, self.call("x = 1\necho()").locals)
        self.assertEqual({"echo": 5}, self.call("echo = 5").locals)

    def test_they_are_there_for_the_executions_they_are_given_to(self):
        self.call("kept = echo")
        self.raised("echo(1)", "NameError")
        self.assertIn("not available", self.raised("kept(1)", "HostCallError").error["value"])
        self.assertEqual("[[1], {}]", self.call("kept(1)").result)
        self.assertEqual("NameError", self.call("echo(1)", other=lambda: 1).error["name"])

    def test_what_was_printed_before_a_call_comes_before_it(self):
        running = self.agent.begin("for i in range(50):\n    print(i)\n    f()", functions=["f"])
        for number in range(50):
            printed = self.agent.receive()
            call = self.agent.receive()
            self.assertEqual(("stdout", f"{number}\n", "call"), (printed["type"], printed["data"], call["type"]))
            self.agent.send(type="reply", id=running, call=call["call"], value=None)
        self.agent.end(running)

    def test_errors_of_pythons_own_kind(self):
        def fail(kind, message):
            raise kind(message)

        for kind in (ValueError, LookupError, TimeoutError, ConnectionError, PermissionError, RuntimeError):
            outcome = self.call("f()", f=lambda kind=kind: fail(kind, "why"))
            self.assertEqual((kind.__name__, "why"), (outcome.error["name"], outcome.error["value"]))
            self.assertNotIn("hostcalls", outcome.error["traceback"])

    def test_other_errors(self):
        class BudgetSpent(Exception):
            pass

        def fail(kind):
            raise kind("why")

        outcome = self.call("f()", f=lambda: fail(BudgetSpent))
        self.assertEqual(("HostCallError", "BudgetSpent: why"), (outcome.error["name"], outcome.error["value"]))
        self.assertEqual(
            "'caught'", self.call("try: f()\nexcept RuntimeError: x = 'caught'\nx", f=lambda: fail(BudgetSpent)).result
        )
        self.assertEqual(
            "'caught'", self.call("try: f()\nexcept HostCallError: x = 'caught'\nx", f=lambda: fail(BudgetSpent)).result
        )
        for name in ("UnicodeDecodeError", "SystemExit", "KeyboardInterrupt", "ExceptionGroup", "print", "__import__"):
            running, (frame,) = self.pending_calls("f()", 1, ["f"])
            self.agent.send(type="reply", id=running, call=frame["call"], error={"name": name, "message": "m"})
            outcome = self.agent.end(running)
            self.assertEqual(("HostCallError", f"{name}: m"), (outcome.error["name"], outcome.error["value"]))

    def test_arguments_that_json_does_not_hold(self):
        for argument, text in (
            ("{1}", "set is not JSON"),
            ("float('nan')", "nan is not JSON"),
            ("{1: 2}", "dict is not JSON"),
            ("b'x'", "bytes is not JSON"),
            ("[object()]", "object is not JSON"),
            ("x=print", "builtin_function_or_method is not JSON"),
            ("10**5000", "int of 16610 bits"),
        ):
            outcome = self.call(f"echo({argument})")
            self.assertEqual("TypeError", outcome.error["name"])
            self.assertIn("the arguments of echo() travel as JSON, and", outcome.error["value"])
            self.assertIn(text, outcome.error["value"])
        outcome = self.call("a = []\na.append(a)\necho(a)")
        self.assertEqual("TypeError", outcome.error["name"])
        self.assertIn("levels", outcome.error["value"])

    def test_arguments_are_bounded(self):
        self.assertEqual("900000", self.call("len(echo('x' * 900_000)[0][0])").result)
        for argument in ("'x' * 1_000_001", "[0] * 10_000_000", "'x' * 600_000, y='x' * 600_000", "'é' * 600_000"):
            outcome = self.call(f"echo({argument})")
            self.assertEqual(("TypeError", True), (outcome.error["name"], "1,000,000 bytes" in outcome.error["value"]), outcome)
        self.usable()

    def test_calls_from_many_threads_wait_at_the_same_time(self):
        running, frames = self.pending_calls(
            "import threading\n"
            "found = {}\n"
            "def work(i): found[i] = f(i)\n"
            "threads = [threading.Thread(target=work, args=(i,)) for i in range(40)]\n"
            "for t in threads: t.start()\n"
            "for t in threads: t.join()\n"
            "found == {i: i * i for i in range(40)}",
            40,
            ["f"],
        )
        self.assertEqual(set(range(40)), {frame["args"][0] for frame in frames})
        for frame in reversed(frames):
            self.agent.send(type="reply", id=running, call=frame["call"], value=frame["args"][0] ** 2)
        self.assertEqual("True", self.agent.end(running).result)

    def test_an_interrupt_breaks_a_waiting_call(self):
        running, (frame,) = self.pending_calls("f()", 1, ["f"])
        begun = time.monotonic()
        self.agent.interrupt(running)
        self.assertEqual("interrupted", self.agent.end(running).status)
        self.assertLess(time.monotonic() - begun, 5)
        self.agent.send(type="reply", id=running, call=frame["call"], value="late")
        self.usable()

    def test_calls_that_wait_at_the_end_fail_and_none_is_made_later(self):
        running, frames = self.pending_calls(
            "import threading\n"
            "told = []\n"
            "go, gone = threading.Event(), threading.Event()\n"
            "def wait():\n"
            "    for i in range(2):\n"
            "        try: f()\n"
            "        except HostCallError as e: told.append(str(e))\n"
            "    gone.set()\n"
            "thread = threading.Thread(target=wait); thread.start()\n"
            "g()",
            2,
            ["f", "g"],
        )
        # Both wait: the execution ends when its own call is answered.
        last = next(frame for frame in frames if frame["name"] == "g")
        self.agent.send(type="reply", id=running, call=last["call"], value=None)
        self.agent.end(running)
        told = eval(self.completed("gone.wait(30)\ntold").result)
        self.assertEqual("the execution that made this call has ended", told[0])
        self.assertIn("f() ", told[1])

    def test_replies_nobody_waits_for_are_ignored(self):
        running, (frame,) = self.pending_calls("f()", 1, ["f"])
        self.agent.send(type="reply", id="another", call=frame["call"], value="forged")
        self.agent.send(type="reply", id=running, call=frame["call"] + 1000, value="forged")
        self.agent.send(type="reply", id=running, call=frame["call"], value="true")
        self.agent.send(type="reply", id=running, call=frame["call"], value="twice")
        self.assertEqual("'true'", self.agent.end(running).result)
        self.usable()

    def test_waiting_costs_no_processor_time(self):
        before = sum(os.times()[2:4])
        running, (frame,) = self.pending_calls(
            "import time, os\nbegun = time.process_time()\nf()\ntime.process_time() - begun", 1, ["f"]
        )
        time.sleep(0.5)
        self.agent.send(type="reply", id=running, call=frame["call"], value=None)
        self.assertLess(float(self.agent.end(running).result), 0.1)
        self.assertLess(sum(os.times()[2:4]) - before, 0.1)

    def test_round_trip(self):
        outcome = self.call(
            "import time\ntimes = []\nfor i in range(300):\n    b = time.perf_counter()\n    echo(i)\n    times.append(time.perf_counter() - b)\nsorted(times)[150]"
        )
        self.assertLess(float(outcome.result), 0.003)

    def test_survives_patched_threading_and_json(self):
        self.run_code(
            "import threading, json, _thread\njson.dumps = json.loads = None\nthreading.Lock = _thread.allocate_lock = None"
        )
        self.assertEqual("[[1], {}]", self.call("echo(1)").result)


if __name__ == "__main__":
    unittest.main()
