"""Parts of the agent that are easier to look at alone."""

import errno
import gc
import os
import resource
import unittest
from unittest import mock

import guest  # noqa: F401
import capture
import changes
import errors
from attendance import Attendance
from capture import Channel
from changes import ChangeTracker
from interrupts import Interrupts
from memory import MemoryCeiling
from representation import Representer
from values import ValueEncoder

import __future__
import json
import select


class StoredNamesTest(unittest.TestCase):
    def names(self, source, opcode):
        return changes.stored_names(compile(source, "cell", "exec"), opcode)

    def test_names_beyond_the_reach_of_one_byte(self):
        source = "".join(f"n{i} = {i}\n" for i in range(70_000))
        self.assertEqual({f"n{i}" for i in range(70_000)}, self.names(source, changes._STORE_NAME))

    def test_reading_is_not_storing(self):
        self.assertEqual({"a"}, self.names("a = b.c(d)\nb[1] = 2\nb.x = 3", changes._STORE_NAME))

    def test_all_ways_to_bind(self):
        source = "import a\nfrom b import c as d\nfor e in (): pass\nwith x as f: pass\ndef g(): h = 1\nclass i: j = 1\n(k := 1)\n[l for l in ()]\ntry: pass\nexcept E as m: pass\nn, *o = x\np += 1"
        found = self.names(source, changes._STORE_NAME)
        self.assertLessEqual(set("adefgikmnop"), found)
        self.assertTrue(found.isdisjoint("hjx"))

    def test_globals_in_functions(self):
        code = compile("def f():\n    def g():\n        global deep\n        deep = 1", "cell", "exec")
        found = set().union(*(changes.stored_names(one, changes._STORE_GLOBAL) for one in changes.nested_codes(code)))
        self.assertEqual({"deep"}, found)


class ChangeTrackerTest(unittest.TestCase):
    def setUp(self):
        self.namespace = {}
        self.tracker = ChangeTracker(self.namespace)

    def changed(self, source):
        self.tracker.begin()
        code = compile(source, "cell", "exec")
        self.tracker.code(code)
        exec(code, self.namespace)
        body, cut = self.tracker.encode({}, ValueEncoder(Representer(lambda: None)))
        return json.loads(body)

    def test_assigning_the_same_again(self):
        self.assertEqual({"a": 1}, self.changed("a = 1"))
        self.assertEqual({"a": 1}, self.changed("a = 1"))

    def test_what_is_not_mentioned_is_not_looked_at(self):
        class Watched(list):
            looked = 0

        self.changed("a = []\nb = []")
        self.namespace["a"].append(1)
        self.assertEqual({}, self.changed("b"))
        self.assertEqual({"a": [1]}, self.changed("a"))

    def test_forgotten_names_are_forgotten(self):
        self.changed("\n".join(f"n{i} = 1" for i in range(100)))
        self.changed("for i in range(100): del globals()[f'n{i}']")
        self.changed("pass")
        self.assertLess(len(self.tracker._seen), 5)


class ErrorTextTest(unittest.TestCase):
    def test_cut_middle(self):
        self.assertEqual("x" * 100, errors.cut_middle("x" * 100, 100))
        text = errors.cut_middle("a" * 500 + "b" * 500, 200)
        self.assertEqual((200, "a", "b"), (len(text), text[0], text[-1]))
        self.assertIn("800", text)

    def test_without_user_code(self):
        class Bad(Exception):
            def __str__(self):
                raise AssertionError

        try:
            raise Bad
        except Bad as error:
            report = errors.describe_without_user_code(error)
        self.assertEqual("", report.value)
        self.assertIn("test_without_user_code", report.traceback)

    def test_fork_that_fails(self):
        def fork():
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

        try:
            fork()
        except BlockingIOError as error:
            self.assertFalse(errors.says_no_process(error.with_traceback(error.__traceback__.tb_next)))
            self.assertTrue(errors.says_no_process(error.with_traceback(None)) is False)

    def test_a_chain_in_a_circle(self):
        one, two = ValueError(), ValueError()
        one.__context__, two.__context__ = two, one
        self.assertFalse(errors.says_no_process(one))


class MemoryCeilingTest(unittest.TestCase):
    def test_lower_and_lift(self):
        gc.collect()
        before = resource.getrlimit(resource.RLIMIT_AS)
        ceiling = MemoryCeiling()
        try:
            ceiling.lower()
            lowered = resource.getrlimit(resource.RLIMIT_AS)
            ceiling.lower()
            self.assertEqual(lowered, resource.getrlimit(resource.RLIMIT_AS))
            self.assertNotEqual(before, lowered)
            with self.assertRaises(MemoryError):
                bytearray(1 << 30)
        finally:
            ceiling.lift()
        self.assertEqual(before, resource.getrlimit(resource.RLIMIT_AS))
        bytearray(200 << 20)


class FutureFlagsTest(unittest.TestCase):
    def test_all_that_are_not_in_force_yet(self):
        import runner

        now = os.sys.version_info[:2]
        flags = 0
        for name in __future__.all_feature_names:
            feature = getattr(__future__, name)
            required = feature.getMandatoryRelease()
            if required is None or required[:2] > now or name == "generator_stop":
                flags |= feature.compiler_flag
        self.assertEqual(flags | 0x1C00000, runner._FUTURE_FLAGS)


class ChannelTest(unittest.TestCase):
    def setUp(self):
        self.host, host_end = os.pipe()
        out, self.out = os.pipe()
        err, self.err = os.pipe()
        os.set_blocking(out, False)
        os.set_blocking(err, False)
        wake = os.eventfd(0, os.EFD_NONBLOCK)
        self.channel = Channel(host_end, out, err, wake, 65536, Interrupts(), Attendance(None, os.eventfd(0), None))

    def turn(self):
        self.channel._turn()

    def frames(self):
        found, data = [], b""
        while select.select([self.host], [], [], 0)[0]:
            data += os.read(self.host, 1 << 20)
        while data:
            size = int.from_bytes(data[:4], "big")
            found.append(json.loads(data[4 : 4 + size]))
            data = data[4 + size :]
        return found

    def test_output_before_a_result_and_none_after(self):
        self.channel.begin("a")
        os.write(self.out, b"one\xc3")
        item = self.channel.result(b'{"type":"result"}', False)
        self.channel.finish(item)
        self.channel.finish(item)
        self.turn()
        self.assertEqual(
            [{"type": "stdout", "id": "a", "data": "one"}, {"type": "stdout", "id": "a", "data": "\ufffd"}, {"type": "result"}],
            self.frames(),
        )
        self.assertFalse(self.channel.busy)
        os.write(self.out, b"late")
        self.turn()
        self.assertEqual([], self.frames())

    def test_a_flood_comes_in_large_pieces(self):
        self.channel.begin("a")
        os.write(self.out, b"x")
        self.turn()
        for _ in range(100):
            os.write(self.out, b"y" * 100)
        self.turn()
        self.turn()
        self.assertEqual([1, 10_000], [len(f["data"]) for f in self.frames()])

    def test_a_pipe_that_never_runs_dry_does_not_hold_up_a_result(self):
        pieces = []
        self.channel._pass_on = lambda stream, send: pieces.append(stream) or 65_532
        self.channel.begin("a")
        self.channel.finish(self.channel.result(b"{}", False))
        self.turn()
        self.assertEqual([{}], self.frames())
        self.assertEqual(4, len(pieces))

    def test_a_failing_allocation_sends_the_item_again(self):
        self.channel.begin("a")
        self.channel.finish(self.channel.result(b"{}", False))
        kept, self.channel._drain = self.channel._drain, self._no_memory
        with self.assertRaises(MemoryError):
            self.turn()
        self.channel._drain = kept
        self.channel.look()
        self.turn()
        self.assertEqual([{}], self.frames())

    def _no_memory(self, *_):
        raise MemoryError

    def test_a_failing_allocation_after_a_failing_one_does_not_end_the_thread(self):
        class Through(Exception):
            pass

        with (
            mock.patch.object(self.channel, "_turn", side_effect=(MemoryError, Through)),
            mock.patch.object(capture, "sleep", side_effect=(MemoryError, None)) as sleep,
            mock.patch.object(capture, "_exit", side_effect=Through),
            self.assertRaises(Through),
        ):
            self.channel._run()
        self.assertEqual(2, sleep.call_count)


if __name__ == "__main__":
    unittest.main()
