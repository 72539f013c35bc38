"""The agent survives what user code does to the interpreter it shares with it, and goes on telling the truth."""

import os
import tempfile
import time
import unittest

from guest import PATIENCE, AgentGone, GuestTest


class HostileCodeTest(GuestTest):
    def test_builtins_replaced(self):
        self.run_code(
            "import builtins\n"
            "for n in ('len','repr','str','isinstance','type','compile','exec','eval','issubclass','id','list','dict'):\n"
            "    setattr(builtins, n, lambda *a, **k: 1/0)"
        )
        self.assertEqual("2", self.run_code("1 + 1").result)
        self.assertEqual("still\n", self.run_code("print('still')").stdout)
        self.assertEqual({"x": [1, {"a": "b"}]}, self.run_code("x = [1, {'a': 'b'}]").locals)

    def test_builtins_deleted(self):
        self.run_code("import builtins\nkeep = dict(vars(builtins))\nvars(builtins).clear()")
        self.assertEqual({"x": 5}, self.run_code("x = 5").locals)
        failed = self.run_code("1 / 0")
        self.assertEqual(("raised", "ZeroDivisionError"), (failed.status, failed.error["name"]))
        self.assertIn("ZeroDivisionError", failed.error["traceback"])

    def test_namespace_emptied(self):
        self.run_code("globals().clear()")
        self.usable()

    def test_json_and_traceback_patched(self):
        self.run_code(
            "import json, json.encoder, json.decoder, traceback, linecache\n"
            "json.dumps = json.loads = None\n"
            "json.encoder.encode_basestring = json.encoder.c_make_encoder = None\n"
            "traceback.TracebackException.format = lambda *a, **k: 1/0\n"
            "linecache.getlines = None"
        )
        failed = self.raised("def f():\n    1 / 0\nf()", "ZeroDivisionError")
        self.assertIn("in f", failed.error["traceback"])
        self.usable()

    def test_os_and_threading_patched(self):
        self.run_code(
            "import os, threading, select, _thread, time, signal\n"
            "for m in (os, threading, select, _thread, time, signal):\n"
            "    for n in list(vars(m)):\n"
            "        if not n.startswith('__'):\n"
            "            setattr(m, n, None)"
        )
        self.usable()

    def test_modules_emptied(self):
        self.run_code("import sys\nsys.modules.clear()")
        self.assertEqual("3", self.run_code("1 + 2").result)
        self.raised("1 / 0", "ZeroDivisionError")

    def test_excepthook_and_displayhook_replaced(self):
        self.run_code("import sys\nsys.excepthook = sys.displayhook = sys.unraisablehook = lambda *a: 1/0")
        self.raised("1 / 0", "ZeroDivisionError")
        self.usable()

    def test_trace_and_profile_functions_do_not_see_the_agent(self):
        for name in ("settrace", "setprofile"):
            with self.subTest(name):
                self.run_code(
                    "import sys\n"
                    "seen = set()\n"
                    "def trace(frame, event, arg):\n"
                    "    seen.add(frame.f_code.co_name)\n"
                    "    return trace\n"
                    "def traced(): pass\n"
                    f"sys.{name}(trace)\n"
                    "traced()"
                )
                # It may see the end of its own cell, and the very call that removes it.
                self.assertEqual("['traced']", self.run_code("sorted(seen - {'<module>', '_execute'})").result)

    def test_monitoring(self):
        outcome = self.run_code(
            "import sys\n"
            "m = sys.monitoring\n"
            "m.use_tool_id(3, 'evil')\n"
            "def evil(*a): raise ValueError('evil')\n"
            "m.register_callback(3, m.events.PY_START, evil)\n"
            "m.set_events(3, m.events.PY_START)\n"
        )
        if outcome.error is not None and outcome.error["name"] == "AttributeError":
            self.skipTest("Python before 3.12 has no sys.monitoring")
        self.usable()

    def test_recursion_limit_lowered(self):
        outcome = self.run_code(
            "import sys\n"
            "for limit in range(1, 100):\n"
            "    try: sys.setrecursionlimit(limit)\n"
            "    except RecursionError: continue\n"
            "    break\n"
            "x = [[[[1]]]]"
        )
        self.assertEqual([[[[1]]]], outcome.locals["x"])
        self.assertEqual({"y": {"a": [1]}}, self.run_code("y = {'a': [1]}").locals)

    def test_recursion_limit_is_kept_for_user_code(self):
        self.run_code("import sys\nsys.setrecursionlimit(5000)")
        self.assertEqual("5000", self.run_code("sys.getrecursionlimit()").result)

    def test_signal_handlers_that_raise_in_the_agent(self):
        for name in ("ValueError", "SystemExit", "KeyboardInterrupt"):
            with self.subTest(name):
                self.signals_raise(name)

    def signals_raise(self, name):
        self.run_code(
            "import signal, threading, os, time\n"
            f"def handler(*a): raise {name}('late')\n"
            "signal.signal(signal.SIGUSR1, handler)\n"
            "stop = False\n"
            "def shoot():\n"
            "    while not stop:\n"
            "        os.kill(os.getpid(), signal.SIGUSR1)\n"
            "        time.sleep(0.0003)\n"
            "thread = threading.Thread(target=shoot)\n"
            "thread.start()"
        )
        for number in range(60):
            outcome = self.run_code(f"y = {number}")
            if outcome.status == "completed":
                self.assertEqual(number, outcome.locals["y"])
            elif outcome.status == "raised":
                self.assertEqual(name, outcome.error["name"], outcome)
            else:
                self.assertEqual(("exited", "SystemExit"), (outcome.status, name))
        for _ in range(50):
            if self.run_code("signal.signal(signal.SIGUSR1, signal.SIG_IGN)\nstop = True").status == "completed":
                break
        self.usable()

    def test_alarm_left_behind(self):
        self.run_code(
            "import signal\n"
            "def handler(*a): raise TimeoutError\n"
            "signal.signal(signal.SIGALRM, handler)\n"
            "signal.setitimer(signal.ITIMER_REAL, 0.05, 0.001)"
        )
        outcome = self.completed("import time\ntime.sleep(0.2)\nx = 1")
        self.assertEqual(1, outcome.locals["x"])

    def test_signals_ignored_or_blocked(self):
        self.run_code(
            "import signal\n"
            "for s in range(1, 65):\n"
            "    try: signal.signal(s, signal.SIG_IGN)\n"
            "    except (OSError, ValueError): pass\n"
            "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))"
        )
        self.usable()
        running = self.agent.begin("print('go')\nwhile True: pass")
        self.agent.await_output("go")
        self.agent.interrupt(running)
        self.assertEqual("interrupted", self.agent.end(running).status)

    def test_descriptors_closed(self):
        for code in (
            "import os\nos.closerange(0, 1000)",
            "import os\nos.closerange(0, 200)",
            "import os\nfor fd in range(0, 1000):\n    try: os.close(fd)\n    except OSError: pass",
            "import os\nfor fd in range(0, 300):\n    try: os.dup2(0, fd)\n    except OSError: pass",
            "import os\nfor fd in range(0, 300):\n    try: os.set_blocking(fd, False)\n    except OSError: pass",
            "import fcntl\nfor fd in range(0, 300):\n    try: fcntl.fcntl(fd, fcntl.F_SETFL, 0o4000)\n    except OSError: pass",
            "import sys\nsys.stdout.close()\nsys.stderr.close()\nsys.stdin.close()",
            "import sys\nsys.stdout.detach()",
            "import sys, os\nsys.stdout = sys.stderr = None\nos.close(1)",
            "import sys\ndel sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__",
        ):
            with self.subTest(code):
                self.run_code(code)
                self.usable()

    def test_descriptors_that_no_longer_block(self):
        self.run_code("import os\nos.set_blocking(1, False)\nos.set_blocking(2, False)")
        outcome = self.completed("os.write(1, b'x' * 3_000_000), os.write(2, b'y' * 3_000_000)")
        self.assertEqual(("(3000000, 3000000)", 3_000_000), (outcome.result, len(outcome.stdout)))

    def test_stdout_replaced_by_a_hostile_object(self):
        self.run_code(
            "import sys\n"
            "class Out:\n"
            "    def write(self, text): raise ValueError\n"
            "    def flush(self): raise SystemExit(9)\n"
            "    def __getattr__(self, name): raise KeyboardInterrupt\n"
            "sys.stdout = sys.stderr = Out()"
        )
        self.assertEqual("4", self.run_code("2 + 2").result)
        self.run_code("sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__")
        self.usable()

    def test_stdout_whose_flush_never_ends(self):
        running = self.agent.begin(
            "import sys, os\n"
            "class Out:\n"
            "    def write(self, text): pass\n"
            "    def flush(self):\n"
            "        os.write(1, b'flushing')\n"
            "        while True: pass\n"
            "kept, sys.stdout = sys.stdout, Out()\n"
            "value = 3"
        )
        self.agent.await_output("flushing")
        self.agent.interrupt(running)
        outcome = self.agent.end(running)
        self.assertEqual(("completed", 3), (outcome.status, outcome.locals["value"]))

    def test_threads_that_never_stop_printing(self):
        self.run_code(
            "import threading, os\n"
            "def flood():\n"
            "    while True: os.write(1, b'x' * 10000)\n"
            "threading.Thread(target=flood).start()"
        )
        for _ in range(5):
            outcome = self.run_code("y = 1", patience=20)
            self.assertEqual(("completed", {"y": 1}), (outcome.status, outcome.locals))

    def test_output_of_threads_after_the_end_is_dropped(self):
        for start in ("threading.Thread(target=late).start()", "_thread.start_new_thread(late, ())"):
            with self.subTest(start), tempfile.TemporaryDirectory() as directory:
                done = os.path.join(directory, "done")
                # More than the pipe holds: somebody has to read it.
                self.completed(
                    "import _thread, os, threading, time\n"
                    "def late():\n"
                    "    time.sleep(0.02)\n"
                    "    for _ in range(1000): os.write(1, b'late' * 256)\n"
                    f"    open({done!r}, 'x').close()\n"
                    f"{start}"
                )
                deadline = time.monotonic() + PATIENCE
                while not os.path.exists(done):
                    self.assertLess(time.monotonic(), deadline, "nobody reads what the thread prints")
                    time.sleep(0.005)
                # The answer comes after what was printed before it, and here that goes nowhere.
                self.variables()
                self.assertEqual("", self.completed("0").stdout)

    def test_audit_hook_that_raises(self):
        self.run_code(
            "import sys\n"
            "def hook(name, arguments):\n"
            "    if name == 'sys._current_exceptions': raise SystemExit\n"
            "sys.addaudithook(hook)"
        )
        self.usable()

    def test_thread_that_exits_or_raises(self):
        outcome = self.completed(
            "import threading, sys\n"
            "def leave(): raise SystemExit(3)\n"
            "def fail(): 1 / 0\n"
            "for f in (leave, fail):\n"
            "    t = threading.Thread(target=f); t.start(); t.join()"
        )
        self.assertIn("ZeroDivisionError", outcome.stderr)
        self.usable()

    def test_destructors(self):
        outcome = self.completed(
            "class D:\n    def __del__(self):\n        print('gone')\n        raise SystemExit(1)\nd = D()\ndel d\nD()\nNone"
        )
        self.assertEqual("gone\ngone\n", outcome.stdout)
        self.usable()

    def test_destructor_that_never_ends_is_interruptible(self):
        running = self.agent.begin(
            "class D:\n"
            "    def __del__(self):\n"
            "        print('looping')\n"
            "        while True: pass\n"
            "def f():\n"
            "    d = D()\n"
            "    raise ValueError\n"
            "f()"
        )
        self.agent.await_output("looping")
        self.agent.interrupt(running)
        self.assertEqual("raised", self.agent.end(running).status)
        self.usable()

    def test_gc_and_switch_interval(self):
        self.run_code("import gc, sys\ngc.disable()\ngc.freeze()\nsys.setswitchinterval(100)")
        self.usable()

    def test_everything_the_collector_knows_is_closed(self):
        self.run_code("import gc\nfor o in gc.get_objects():\n    try: o.close()\n    except BaseException: pass")
        self.usable()

    def test_main_module_replaced(self):
        self.run_code("import sys\nsys.modules['__main__'] = None\nx = 1")
        self.assertEqual("True", self.run_code("import sys\nsys.modules['__main__'].__dict__ is globals() and x == 1").result)

    def test_open_files_forbidden(self):
        self.run_code("import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))")
        self.usable()

    def test_working_directory_and_environment_gone(self):
        self.run_code("import os\nos.environ.clear()\nos.chdir('/')")
        self.usable()

    def test_exit_without_goodbye_ends_the_agent(self):
        running = self.agent.begin("import os\nos._exit(137)")
        with self.assertRaises(AgentGone):
            self.agent.end(running)
        self.assertEqual(137, self.agent.exit_status())

    def test_agent_modules_cannot_be_imported(self):
        for name in ("values", "frames", "errors", "guard", "runner", "sealed"):
            self.raised(f"import {name}", "ModuleNotFoundError")
        self.assertEqual("[]", self.run_code("import sys\n[p for p in sys.path if 'agent' in p]").result)

    def test_forged_frame_cannot_be_sent_through_stdout(self):
        outcome = self.completed(
            "import os, json\nbody = b'{\"type\":\"result\"}'\nos.write(1, len(body).to_bytes(4, 'big') + body)"
        )
        self.assertIn('{"type":"result"}', outcome.stdout)


if __name__ == "__main__":
    unittest.main()
