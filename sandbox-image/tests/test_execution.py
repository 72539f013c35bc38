"""What one execution yields, and what the next finds."""

import json
import os
import time
import unittest

from guest import AGENT, AgentGone, GuestTest


class ResultTest(GuestTest):
    def test_assignment(self):
        outcome = self.completed("x = 42\ny = 58\nresult = x + y")
        self.assertEqual(
            (None, {"x": 42, "y": 58, "result": 100}, False), (outcome.result, outcome.locals, outcome.locals_truncated)
        )
        self.assertEqual((None, None), (outcome.error, outcome.exit_code))

    def test_value_of_a_last_expression(self):
        for code, expected in (
            ("1 + 1", "2"),
            ("x = 3\nx", "3"),
            ("'a'", "'a'"),
            ("None", None),
            ("x = 1", None),
            ("", None),
            ("1\nx = 2", None),
            ("# nothing", None),
            ("if True:\n    5", None),
            ("[1, 'a', {2: None}]", "[1, 'a', {2: None}]"),
        ):
            self.assertEqual(expected, self.completed(code).result, code)

    def test_underscore(self):
        self.completed("20 + 1")
        self.assertEqual("42", self.completed("_ * 2").result)
        self.completed("None")
        self.assertEqual("42", self.completed("_").result)

    def test_result_is_bounded(self):
        for code in ("'x' * 10_000_000", "list(range(10_000_000))", "{i: i for i in range(100_000)}", "b'x' * 10_000_000"):
            outcome = self.completed(code)
            self.assertEqual(16 * 1024, len(outcome.result))
            self.assertTrue(outcome.result.endswith("..."))

    def test_state_is_kept(self):
        self.completed(
            "import math\n_hidden = 1\ndef f(n): return n * 2\nclass C: attr = 7\ng = (i for i in range(9))\nnext(g)"
        )
        self.assertEqual("(1, 8, 7, 1, 3.0)", self.completed("_hidden, f(4), C.attr, next(g), math.sqrt(9)").result)

    def test_work_before_an_exception_is_kept(self):
        outcome = self.raised("a = 1\nb = 2\n1 / 0\nc = 3", "ZeroDivisionError")
        self.assertEqual({"a": 1, "b": 2}, outcome.locals)
        self.assertEqual("(1, 2, False)", self.completed("a, b, 'c' in globals()").result)

    def test_future_statements_last(self):
        self.completed("from __future__ import annotations")
        self.assertEqual("'Undefined'", self.completed("def f(x: Undefined): pass\nf.__annotations__['x']").result)

    def test_main_module(self):
        outcome = self.completed(
            "import sys, pickle\nclass P: pass\nq = pickle.loads(pickle.dumps(P()))\n(__name__, sys.modules['__main__'].P is type(q), sys.argv)"
        )
        self.assertEqual("('__main__', True, [''])", outcome.result)

    def test_context(self):
        self.assertEqual("[1, {'a': None}]", self.completed("context", context=[1, {"a": None}]).result)
        self.assertEqual("[1, {'a': None}]", self.completed("context").result)
        self.assertEqual("None", self.completed("str(context)", context=None).result.strip("'"))
        self.raised("del context\ncontext", "NameError")

    def test_large_context(self):
        outcome = self.completed("len(context)", context="x" * 20_000_000)
        self.assertEqual(("20000000", {}), (outcome.result, outcome.locals))

    def test_a_context_that_was_dropped_is_freed(self):
        self.completed("def rss(): return int(open('/proc/self/statm').read().split()[0]) * 4096\nbefore = rss()")
        self.completed("del context", context="x" * 50_000_000)
        self.assertLess(int(self.completed("rss() - before").result), 20_000_000)

    def test_standard_input_is_empty(self):
        self.raised("input()", "EOFError")
        self.assertEqual("b''", self.completed("import os\nos.read(0, 10)").result)

    def test_source_of_functions_is_known(self):
        self.completed("def f():\n    return 'é'")
        self.assertIn("return", self.completed("import inspect\ninspect.getsource(f)").result)

    def test_code_that_is_no_text(self):
        self.raised("x = '\ud800'", "UnicodeEncodeError")
        outcome = self.run_code("x = 1\0")
        self.assertIn(outcome.error["name"], ("SyntaxError", "ValueError"))
        self.usable()


class LocalsTest(GuestTest):
    def test_what_is_left_out(self):
        outcome = self.completed("import os, sys as system\n_a = 1\n__b = 2\nc = 3", context={"k": 1})
        self.assertEqual({"c": 3}, outcome.locals)

    def test_a_rebound_context_is_told(self):
        self.assertEqual({"context": 5}, self.completed("context = 5", context=4).locals)

    def test_only_what_changed(self):
        self.completed("a = [1]\nb = {'k': 1}\nc = 'text'\nd = 5")
        self.assertEqual({}, self.completed("len(a), b, c, d").locals)
        self.assertEqual({"a": [1, 2]}, self.completed("a.append(2)").locals)
        self.assertEqual({"b": {"k": 1, "n": 2}}, self.completed("b['n'] = 2").locals)
        self.assertEqual({}, self.completed("a, b").locals)
        self.assertEqual({"d": 5}, self.completed("d = 5").locals)

    def test_changes_made_in_functions(self):
        self.completed(
            "items = []\ncount = 0\ndef add(x):\n    global count\n    count += 1\n    inner(x)\ndef inner(x): items.append(x)"
        )
        self.assertEqual({"items": [7], "count": 1}, self.completed("add(7)").locals)
        self.assertEqual({"new": 1}, self.completed("globals()['new'] = 1").locals)
        self.completed("class K:\n    def method(self):\n        global items\n        items += [8]\nk = K()")
        self.assertEqual({"items": [7, 8]}, self.completed("k.method()").locals)

    def test_a_change_behind_the_bound_is_told(self):
        self.completed("big = list(range(100_000))")
        self.assertEqual({}, self.completed("sum(big)").locals)
        outcome = self.completed("big.append(1)")
        self.assertEqual(("list", True), (outcome.locals["big"]["type"], outcome.locals_truncated))

    def test_bounds(self):
        outcome = self.completed("for i in range(300): globals()[f'n{i}'] = i")
        self.assertEqual((256, True), (len(outcome.locals), outcome.locals_truncated))
        outcome = self.completed("".join(f"t{i} = 'x' * 60_000\n" for i in range(8)))
        self.assertTrue(outcome.locals_truncated)
        self.assertLessEqual(outcome.size, 256 * 1024)
        self.assertEqual(["x" * 60_000] * 4, [outcome.locals[f"t{i}"] for i in range(4)])
        self.assertEqual("str", outcome.locals["t7"]["type"])

    def test_names_that_are_one_to_json_are_sent_once(self):
        running = self.agent.begin("globals().update({'\\ud800': 1, '\\udfff': 2})")
        size = int.from_bytes(self.agent._take(4, time.monotonic() + 10), "big")
        body = self.agent._take(size, time.monotonic() + 10).decode()
        self.assertIn(running, body)
        self.assertEqual(1, body.count("\ufffd"))

    def test_long_names(self):
        outcome = self.completed("globals()['n' * 10_000_000] = 1\nglobals()[5] = 1\nx = 1")
        self.assertEqual({"x": 1}, {k: v for k, v in outcome.locals.items() if len(k) < 100})
        self.assertLessEqual(outcome.size, 256 * 1024)

    def test_a_large_untouched_state_costs_nothing(self):
        self.completed("big = [[i] for i in range(500_000)]\ntext = 'x' * 100_000_000\nd = {i: i for i in range(500_000)}")
        fastest = 1.0
        for _ in range(20):
            begun = time.perf_counter()
            self.completed("x = len(big) + len(d)")
            fastest = min(fastest, time.perf_counter() - begun)
        self.assertLess(fastest, 0.02)

    def test_old_values_are_not_kept_alive(self):
        self.completed("class W: pass\nimport weakref\nw = W()\nr = weakref.ref(w)")
        self.assertEqual("True", self.completed("w = None\nr() is None").result)
        self.raised("def f():\n    global r\n    local = W()\n    r = weakref.ref(local)\n    1 / 0\nf()", "ZeroDivisionError")
        self.assertEqual("True", self.completed("r() is None").result)

    def test_hostile_representations(self):
        outcome = self.completed(
            "import sys\n"
            "class E:\n    def __repr__(self): return sys.exit(3)\n"
            "class R:\n    def __repr__(self): raise ValueError\n"
            "class N:\n    def __repr__(self): return 5\n"
            "class D(dict):\n    def __len__(self): sys.exit(1)\n    items = keys = __iter__ = __len__\n"
            "class L:\n    __class__ = int\n"
            "r, n, d, l, e, last = R(), N(), D(a=1), L(), E(), 5"
        )
        self.assertEqual("<R object; repr() raised ValueError>", outcome.locals["r"]["repr"])
        self.assertEqual("<N object; repr() raised TypeError>", outcome.locals["n"]["repr"])
        self.assertEqual({"a": 1}, outcome.locals["d"])
        self.assertEqual("L", outcome.locals["l"]["type"])
        self.assertIn("SystemExit", outcome.locals["e"]["repr"])
        self.assertEqual(5, outcome.locals["last"])

    def test_a_representation_that_wants_too_much_memory(self):
        outcome = self.completed(
            "class Document:\n"
            "    def __init__(self): self.text = 'x' * 100_000_000\n"
            "    def __repr__(self): return f'Document({self.text!r})'\n"
            "class Huge:\n    def __repr__(self): return 'x' * 10**9\n"
            "document, huge = Document(), Huge()\n"
            "document"
        )
        self.assertEqual("<Document object; repr() raised MemoryError>", outcome.result)
        self.assertEqual("<Huge object; repr() raised MemoryError>", outcome.locals["huge"]["repr"])
        self.assertEqual("100000000", self.completed("len(bytearray(100_000_000))").result)

    def test_nothing_json_does_not_know_is_sent(self):
        outcome = self.completed("a, b, c = float('nan'), [float('inf')], '\\ud800'")
        self.assertEqual(
            {"a": {"type": "float", "repr": "nan"}, "b": [{"type": "float", "repr": "inf"}], "c": "\ufffd"}, outcome.locals
        )


class ErrorTest(GuestTest):
    def traceback(self, code, name):
        return self.raised(code, name).error["traceback"]

    def test_traceback(self):
        error = self.raised("def f(x):\n    return 1 / x\nf(0)", "ZeroDivisionError").error
        self.assertEqual("division by zero", error["value"])
        self.assertFalse(error["process_limit"])
        lines = error["traceback"].splitlines()
        self.assertEqual("Traceback (most recent call last):", lines[0])
        self.assertEqual('  File "<cell 1>", line 3, in <module>', lines[1])
        self.assertEqual("    f(0)", lines[2])
        self.assertIn("    return 1 / x", lines)
        self.assertEqual("ZeroDivisionError: division by zero", lines[-1])
        self.assertNotIn(AGENT, error["traceback"])

    def test_a_function_of_an_earlier_cell(self):
        self.completed("def f():\n    raise KeyError('k')")
        text = self.traceback("f()", "KeyError")
        self.assertIn('File "<cell 1>", line 2, in f\n    raise KeyError', text)
        self.assertIn('File "<cell 2>", line 1', text)

    def test_chains(self):
        text = self.traceback("try:\n    1 / 0\nexcept Exception as e:\n    raise ValueError('outer') from e", "ValueError")
        self.assertLess(text.index("ZeroDivisionError"), text.index("direct cause"))
        text = self.traceback("try:\n    1 / 0\nexcept Exception:\n    raise ValueError('outer')", "ValueError")
        self.assertIn("During handling", text)
        self.assertNotIn(AGENT, text)

    def test_syntax_error(self):
        error = self.raised("x = 1\nif x\n    pass", "SyntaxError").error
        self.assertTrue(error["traceback"].startswith('  File "<cell 1>", line 2\n    if x\n'), error["traceback"])
        self.assertTrue(error["traceback"].endswith("SyntaxError: expected ':'\n"))

    def test_exception_group(self):
        text = self.traceback("raise ExceptionGroup('g', [ValueError(1), KeyError(2)])", "ExceptionGroup")
        self.assertIn("ValueError: 1", text)
        self.assertIn("KeyError: 2", text)
        self.assertNotIn(AGENT, text)

    def test_names(self):
        self.raised("import json\njson.loads('{')", "json.decoder.JSONDecodeError")
        self.raised("class Mine(Exception): pass\nraise Mine", "Mine")
        self.raised("class A:\n    class B(Exception): pass\nraise A.B", "A.B")

    def test_recursion(self):
        text = self.traceback("def f(): f()\nf()", "RecursionError")
        self.assertIn("Previous line repeated", text)
        self.assertLess(len(text), 2000)
        self.usable()

    def test_deep_recursion_of_two_functions_is_bounded(self):
        text = self.traceback(
            "import sys\nsys.setrecursionlimit(5000)\ndef f(n): g(n)\ndef g(n): f(n)\nf('x')", "RecursionError"
        )
        self.assertLessEqual(len(text), 64 * 1024)
        self.assertIn("left out", text)
        self.assertTrue(text.startswith("Traceback"))
        self.assertIn("RecursionError", text.splitlines()[-1])

    def test_the_limit_on_recursion_survives_a_syntax_error(self):
        self.completed("import sys\nsys.setrecursionlimit(3000)")
        self.raised("x = = 1", "SyntaxError")
        self.assertEqual("3000", self.completed("sys.getrecursionlimit()").result)

    def test_memory_error(self):
        self.raised("bytearray(1 << 60)", "MemoryError")
        self.raised(
            "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 30, -1))\nx = []\nwhile True: x.append(bytearray(1 << 20))",
            "MemoryError",
        )
        self.completed("x = None")
        self.usable()

    def test_bounds(self):
        error = self.raised("raise ValueError('a' * 1_000_000 + 'b' * 1_000_000)", "ValueError").error
        for text, limit in ((error["value"], 16 * 1024), (error["traceback"], 64 * 1024)):
            self.assertLessEqual(len(text), limit)
            self.assertGreater(len(text), limit - 100)
            self.assertIn("left out", text)
        self.assertTrue(error["value"].startswith("aaa") and error["value"].endswith("bbb"))
        self.assertTrue(error["traceback"].startswith("Traceback"))

    def test_a_message_that_leaves_no_memory_to_format_it(self):
        error = self.raised("text = 'a' * 200_000_000\nraise ValueError(text)", "ValueError").error
        self.assertLessEqual(len(error["value"]), 16 * 1024)
        self.assertIn("line 2", error["traceback"])
        self.usable()

    def test_long_chain(self):
        text = self.traceback(
            "e = None\nfor i in range(3000):\n    n = ValueError('x' * 50)\n    n.__context__ = e\n    e = n\nraise e",
            "ValueError",
        )
        self.assertLessEqual(len(text), 64 * 1024)

    def test_hostile_exceptions(self):
        for body, value in (
            ("def __str__(self): raise ValueError", "<exception str() failed>"),
            ("def __str__(self): return 5", "<exception str() failed>"),
            ("def __getattribute__(self, n): raise ValueError", ""),
            ("__cause__ = property(lambda s: 1/0)\n    __traceback__ = 5", ""),
        ):
            outcome = self.raised(f"class Bad(Exception):\n    {body}\nraise Bad", "Bad")
            self.assertEqual(value, outcome.error["value"])
            self.assertIn("Bad", outcome.error["traceback"])
        outcome = self.raised("import sys\nclass Bad(Exception):\n    def __str__(self): sys.exit(0)\nx = 3\nraise Bad", "Bad")
        self.assertEqual(3, outcome.locals["x"])
        self.usable()

    def test_process_limit(self):
        error = self.raised('raise RuntimeError("can\'t start new thread")', "RuntimeError").error
        self.assertTrue(error["process_limit"])
        self.assertTrue(
            self.raised(
                'try:\n    raise RuntimeError("can\'t start new thread")\nexcept RuntimeError as e:\n    raise ValueError from e',
                "ValueError",
            ).error["process_limit"]
        )
        self.assertFalse(self.raised("raise RuntimeError('other')", "RuntimeError").error["process_limit"])
        self.assertFalse(
            self.raised("import os\nr, w = os.pipe()\nos.set_blocking(r, False)\nos.read(r, 1)", "BlockingIOError").error[
                "process_limit"
            ]
        )
        self.assertTrue(
            self.raised(
                "class os:\n    def fork(): raise BlockingIOError(11, 'x')\ndef go():\n    import errno\n    fork = os.fork\n    raise BlockingIOError(errno.EAGAIN, 'x')\ngo()",
                "BlockingIOError",
            ).error["process_limit"]
        )

    def test_real_thread_limit(self):
        outcome = self.run_code(
            "import resource, threading, time\n"
            "resource.setrlimit(resource.RLIMIT_NPROC, (40, 40))\n"
            "stop = threading.Event()\n"
            "try:\n"
            "    for i in range(300): threading.Thread(target=stop.wait).start()\n"
            "finally:\n"
            "    stop.set()"
        )
        if outcome.status == "completed":
            self.skipTest("root is not limited in its threads")
        self.assertEqual(("RuntimeError", True), (outcome.error["name"], outcome.error["process_limit"]))
        self.usable()


class ExitTest(GuestTest):
    def test_statuses(self):
        for argument, code, stderr in (
            ("", 0, ""),
            ("None", 0, ""),
            ("0", 0, ""),
            ("3", 3, ""),
            ("256", 0, ""),
            ("-1", 255, ""),
            ("True", 1, ""),
            ("1 << 100", 255, ""),
            ("'message'", 1, "message\n"),
            ("[1]", 1, "[1]\n"),
        ):
            outcome = self.run_code(f"import sys\nsys.exit({argument})")
            self.assertEqual(
                ("exited", code, stderr, None), (outcome.status, outcome.exit_code, outcome.stderr, outcome.error), argument
            )

    def test_state_is_kept(self):
        self.assertEqual({"x": 1}, self.run_code("x = 1\nraise SystemExit").locals)
        self.assertEqual("1", self.completed("x").result)

    def test_exit_and_quit(self):
        self.assertEqual(("exited", 4), (lambda o: (o.status, o.exit_code))(self.run_code("exit(4)")))

    def test_hostile_code(self):
        outcome = self.run_code("class C:\n    def __str__(self): raise ValueError\nraise SystemExit(C())")
        self.assertEqual(("exited", 1), (outcome.status, outcome.exit_code))


class OutputTest(GuestTest):
    def test_both_streams_and_raw_writes_in_order(self):
        outcome = self.completed(
            "import os, sys\nprint('one')\nos.write(1, b'two\\n')\nprint('three')\nprint('e', file=sys.stderr)\nos.write(2, b'f')"
        )
        self.assertEqual(("one\ntwo\nthree\n", "e\nf"), (outcome.stdout, outcome.stderr))

    def test_a_line_comes_while_the_code_runs(self):
        running = self.agent.begin("import time\nprint('now')\ntime.sleep(60)")
        begun = time.monotonic()
        self.agent.await_output("now\n")
        self.assertLess(time.monotonic() - begun, 5)
        self.agent.interrupt(running)
        self.agent.end(running)

    def test_what_has_no_line_end_comes_at_the_end(self):
        self.assertEqual("no line end", self.completed("print('no line end', end='')").stdout)
        self.assertEqual("again", self.completed("import sys\nsys.stdout.write('again');").stdout)

    def test_a_replaced_stdout_is_flushed(self):
        outcome = self.completed(
            "import sys, io\nsys.stdout = io.TextIOWrapper(io.FileIO(1, 'w', closefd=False))\nprint('buffered')"
        )
        self.assertEqual("buffered\n", outcome.stdout)
        self.assertEqual("buffered\n", self.completed("print('buffered')").stdout)

    def test_characters_split_over_writes(self):
        outcome = self.completed(
            "import os, time\nfor b in 'é\\U0001f600'.encode():\n    os.write(1, bytes([b]))\n    time.sleep(0.01)"
        )
        self.assertEqual("é\U0001f600", outcome.stdout)

    def test_bytes_that_are_no_text(self):
        self.assertEqual("a\ufffdb\0\ufffd", self.completed("import os\nos.write(1, b'a\\xffb\\0\\xf0\\x9f');").stdout)
        self.assertEqual("x\n", self.completed("print('x')").stdout)

    def test_lone_surrogates_can_be_printed(self):
        self.assertEqual("\\ud800\n", self.completed("print('\\ud800')").stdout)

    def test_a_flood_arrives_whole_in_few_bounded_pieces(self):
        outcome = self.completed("for i in range(200_000): print(i)")
        self.assertEqual("".join(f"{i}\n" for i in range(200_000)), outcome.stdout)
        pieces = outcome.pieces["stdout"]
        self.assertLessEqual(max(len(p.encode()) for p in pieces), 64 * 1024)
        self.assertLess(len(pieces), 2000)
        outcome = self.completed("import os\nos.write(1, b'\\0' * 200_000);\nos.write(1, b'\\xff' * 200_000);")
        self.assertEqual(400_000, len(outcome.stdout))

    def test_a_large_piece_of_output_and_no_reader_blocks_the_code_only(self):
        running = self.agent.begin("import os\nfor _ in range(400): os.write(1, b'x' * 100_000)")
        time.sleep(0.3)
        self.assertEqual(40_000_000, len(self.agent.end(running).stdout))

    def test_output_of_warnings(self):
        self.assertIn("SyntaxWarning", self.completed("x = 1 is 1").stderr)

    def test_threads_print_too(self):
        self.assertEqual(
            "t\n",
            self.completed("import threading\nt = threading.Thread(target=print, args=('t',)); t.start(); t.join()").stdout,
        )


class LatencyTest(GuestTest):
    def test_well_below_a_millisecond(self):
        times = []
        for _ in range(300):
            begun = time.perf_counter()
            self.agent.run("x=1")
            times.append(time.perf_counter() - begun)
        # The median natively is 0.05 ms; other work on the machine, or gVisor, makes it more.
        self.assertLess(sorted(times)[150], 0.003)


if __name__ == "__main__":
    unittest.main()
