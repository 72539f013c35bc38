"""Whoever speaks with the host, the main thread or its helpers, says the same, in whatever order they take turns."""

import _thread
import os
import random
import select
import sys
import threading
import unittest
from unittest import mock

import guest
from guest import GuestTest
import attendance
from attendance import Attendance
from memory import HEADROOM, _address_space

LONG = "import time\nprint('begun', flush=True)\ntime.sleep(0.006)\n"


class TurnsTest(GuestTest):
    def short(self, number):
        outcome = self.completed(f"print({number})\n{number}")
        self.assertEqual((f"{number}\n", str(number)), (outcome.stdout, outcome.result))

    def silent(self, number):
        self.assertEqual({"silent": number}, self.completed(f"silent = {number}").locals)

    def long(self, number):
        outcome = self.completed(LONG + f"print({number})")
        self.assertEqual(f"begun\n{number}\n", outcome.stdout)

    def much(self, number):
        self.assertEqual(f"{'x' * 400_000}{number}\n", self.completed(f"print('x' * 400_000 + '{number}')").stdout)

    def unfinished(self, number):
        self.assertEqual(str(number), self.completed(f"print({number}, end='')").stdout)

    def calls(self, number):
        outcome = self.agent.run(f"print('before')\nf({number})", {"f": lambda value: value + 1})
        self.assertEqual(("before\n", str(number + 1)), (outcome.stdout, outcome.result))

    def calls_often(self, number):
        code = "for i in range(20):\n    print(i)\n    assert f(i) == i * 2"
        outcome = self.agent.run(code, {"f": lambda value: value * 2})
        self.assertEqual(("completed", "".join(f"{i}\n" for i in range(20))), (outcome.status, outcome.stdout))

    def calls_late(self, number):
        outcome = self.agent.run(LONG + f"f({number})", {"f": lambda value: value + 1})
        self.assertEqual(("begun\n", str(number + 1)), (outcome.stdout, outcome.result))

    def interrupted_in_a_call(self, number):
        running = self.agent.begin("try:\n    f(1)\nfinally:\n    print('left')", functions=["f"])
        call = self.agent.receive()
        self.assertEqual("call", call["type"])
        self.agent.interrupt(running)
        outcome = self.agent.end(running)
        self.assertEqual(("interrupted", "left\n"), (outcome.status, outcome.stdout))
        self.agent.send(type="reply", id=running, call=call["call"], value=1)

    def asks_in_a_call(self, number):
        running = self.agent.begin(f"f() + {number}", functions=["f"])
        call = self.agent.receive()
        self.asks_for_variables(number)
        self.agent.send(type="reply", id=running, call=call["call"], value=1)
        self.assertEqual(str(number + 1), self.agent.end(running).result)

    def interrupted(self, number):
        running = self.agent.begin("while True: pass")
        self.agent.interrupt(running)
        self.assertEqual("interrupted", self.agent.end(running).status)

    def interrupted_too_late(self, number):
        running = self.agent.begin(f"late = {number}")
        outcome = self.agent.end(running)
        self.agent.interrupt(running)
        self.assertEqual({"late": number}, outcome.locals)

    def raises(self, number):
        self.assertEqual(f"'{number}'", self.raised(f"{{}}['{number}']", "KeyError").error["value"])

    def leaves_a_thread(self, number):
        self.completed("import threading, time\nthreading.Thread(target=time.sleep, args=(0.004,)).start()")

    def leaves_a_handler(self, number):
        self.completed("import signal\nsignal.signal(signal.SIGUSR1, lambda *_: 1 / 0)")

    def removes_the_handler(self, number):
        self.completed("import signal\nsignal.signal(signal.SIGUSR1, signal.SIG_DFL)")

    def asks_for_variables(self, number):
        self.variables(f"question {number}")

    def asks_while_code_runs(self, number):
        running = self.agent.begin("import time\ntime.sleep(0.02)\n'slept'")
        self.asks_for_variables(number)
        self.assertEqual("'slept'", self.agent.end(running).result)

    def test_any_order(self):
        kinds = (
            self.short,
            self.silent,
            self.long,
            self.much,
            self.unfinished,
            self.calls,
            self.calls_often,
            self.calls_late,
            self.interrupted_in_a_call,
            self.asks_in_a_call,
            self.interrupted,
            self.interrupted_too_late,
            self.raises,
            self.leaves_a_thread,
            self.leaves_a_handler,
            self.removes_the_handler,
            self.asks_for_variables,
            self.asks_while_code_runs,
        )
        seed = random.SystemRandom().getrandbits(32)
        order = random.Random(seed)
        for number in range(600):
            kind = order.choice(kinds)
            with self.subTest(seed=seed, number=number, kind=kind.__name__):
                kind(number)


@unittest.skipIf(sys.version_info < (3, 13), "without timers as descriptors the helpers are always on duty")
class AttendanceTest(unittest.TestCase):
    def setUp(self):
        self.timer = os.timerfd_create(1, flags=os.TFD_NONBLOCK)
        self.wake = os.eventfd(0, os.EFD_NONBLOCK)
        self.stop = os.eventfd(0, os.EFD_NONBLOCK)
        self.attendance = Attendance(self.timer, self.wake, self.stop)

    def test_the_main_thread_is_alone_until_code_has_run_for_a_moment(self):
        self.assertTrue(self.attendance.alone)
        self.attendance.leave()
        self.assertTrue(self.attendance.take())
        self.assertFalse(self.attendance.take())
        self.attendance.leave()
        self.attendance.await_need()
        self.assertTrue(self.attendance.attended)
        self.assertFalse(self.attendance.take())

    def test_an_alarm_that_comes_too_late_is_not_heard_again_and_leaves_the_next_one(self):
        self.attendance.leave()
        select.select([self.timer], [], [])
        self.attendance.take()
        os.eventfd_write(self.wake, 1)
        self.attendance.await_need()
        self.assertFalse(self.attendance.attended)
        with self.assertRaises(BlockingIOError):
            os.eventfd_read(self.wake)
        self.attendance.leave()
        self.attendance.await_need()
        self.assertTrue(self.attendance.attended)

    def test_an_alarm_that_rings_before_the_main_thread_goes_on_is_not_lost(self):
        setting = attendance.timerfd_settime
        helper = threading.Thread(target=self.attendance.await_need, daemon=True)

        def set_and_see_it_heard(timer, **when):
            setting(timer, **when)
            if when["initial"]:
                helper.start()
                helper.join(guest.PATIENCE)

        with mock.patch.object(attendance, "timerfd_settime", set_and_see_it_heard):
            self.attendance.leave()
        self.assertTrue(self.attendance.attended)

    def test_an_alarm_of_the_next_execution_that_is_taken_for_the_last_one_is_not_lost(self):
        def go_on_and_read(descriptor, size):
            self.attendance.leave()
            select.select([self.timer], [], [])
            return os.read(descriptor, size)

        self.attendance.leave()
        select.select([self.timer], [], [])
        self.attendance.take()
        with mock.patch.object(attendance, "read", go_on_and_read):
            self.attendance.await_need()
        self.assertTrue(self.attendance.attended)

    def test_both_helpers_are_awaited(self):
        seen = []
        waiting = threading.Thread(target=lambda: seen.append(self.attendance.await_helpers()), daemon=True)
        waiting.start()
        self.attendance.report()
        waiting.join(0.05)
        self.assertEqual([], seen)
        self.attendance.report()
        waiting.join(guest.PATIENCE)
        self.assertEqual([None], seen)

    def test_a_helper_that_has_reported_takes_no_more_addresses(self):
        reported, measured, done = (_thread.allocate_lock() for _ in range(3))
        for lock in (reported, measured, done):
            lock.acquire()

        def help():
            self.attendance.report()
            reported.release()
            measured.acquire()
            bytearray(100_000)
            done.release()

        _thread.start_new_thread(help, ())
        reported.acquire()
        before = _address_space()
        measured.release()
        done.acquire()
        self.assertLess(_address_space() - before, HEADROOM // 2)

    def test_the_helpers_hand_back_when_the_reader_has_stopped(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        self.addCleanup(os.close, writing)
        self.attendance.leave()
        self.attendance.await_need()
        self.attendance.await_duty()
        self.assertTrue(self.attendance.frame_comes(reading, True))
        os.write(writing, b"x")
        self.assertTrue(self.attendance.frame_comes(reading, False))
        self.attendance.alone = False
        self.attendance.withdraw()
        self.assertFalse(self.attendance.frame_comes(reading, True))
        self.attendance.hand_back()
        self.assertEqual((True, False), (self.attendance.alone, self.attendance.attended))
        self.attendance.rest()


if __name__ == "__main__":
    unittest.main()
