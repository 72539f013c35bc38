import os
import threading
import unittest

import guest  # noqa: F401  (makes the agent's modules importable)
import frames
from frames import FrameReader, ProtocolViolation


class ParseTest(unittest.TestCase):
    def test_objects(self):
        self.assertEqual(
            {"a": [1, 2.5, None, True, "\u00e9\U0001f600"]}, frames.parse('{"a":[1,2.5,null,true,"é\\ud83d\\ude00"]}'.encode())
        )
        self.assertEqual({"a": 1}, frames.parse(b' \n{"a": 1} \n'))

    def test_what_is_not_one_json_object_in_utf8(self):
        for body in (
            b"",
            b"[]",
            b"1",
            b'{"a":1}x',
            b'{"a":',
            b"\xff",
            b'{"a":NaN}',
            b'{"a":-Infinity}',
            b"[" * 100_000,
            b'{"a":"\n"}',
        ):
            with self.subTest(body[:20]), self.assertRaises(ProtocolViolation):
                frames.parse(body)


class TextTest(unittest.TestCase):
    def test_lone_surrogates_become_replacement_characters(self):
        self.assertEqual('"a\ufffdb\ufffd"'.encode(), frames.json_text("a\ud800b\udfff"))

    def test_a_surrogate_pair_becomes_its_character(self):
        self.assertEqual('"\U0001f600"'.encode(), frames.json_text("\ud83d\ude00"))

    def test_control_characters_and_quotes_are_escaped(self):
        self.assertEqual(b'"\\u0000\\"\\\\\\n"', frames.json_text('\0"\\\n'))


class FrameTest(unittest.TestCase):
    def test_length_in_front(self):
        self.assertEqual(b"\0\0\0\2{}", frames.frame(b"{}"))

    def test_too_large(self):
        frames.frame(b"x" * frames.MAX_GUEST_FRAME)
        with self.assertRaises(ValueError):
            frames.frame(b"x" * (frames.MAX_GUEST_FRAME + 1))


class ReaderTest(unittest.TestCase):
    def setUp(self):
        reading, self.writing = os.pipe()
        self.addCleanup(os.close, reading)
        self.reader = FrameReader(reading)

    def feed(self, *pieces):
        def write():
            for piece in pieces:
                while piece:
                    piece = piece[os.write(self.writing, piece) :]
            os.close(self.writing)

        thread = threading.Thread(target=write)
        thread.start()
        self.addCleanup(thread.join)

    def test_several_frames_in_one_piece_and_one_frame_in_many(self):
        one, two = b'{"a":1}', b'{"b":"' + b"x" * 50 + b'"}'
        data = len(one).to_bytes(4, "big") + one + len(two).to_bytes(4, "big") + two
        self.feed(data, *(data[i : i + 1] for i in range(len(data))))
        found = [self.reader.read() for _ in range(5)]
        self.assertEqual([{"a": 1}, {"b": "x" * 50}, {"a": 1}, {"b": "x" * 50}, None], found)

    def test_large_frame_and_one_behind_it(self):
        large = b'{"a":"' + b"x" * 5_000_000 + b'"}'
        self.feed(len(large).to_bytes(4, "big") + large + b"\0\0\0\7" + b'{"b":2}')
        self.assertEqual(5_000_000, len(self.reader.read()["a"]))
        self.assertEqual({"b": 2}, self.reader.read())
        self.assertIsNone(self.reader.read())

    def test_end_inside_a_frame_is_the_end(self):
        self.feed(b"\0\0\0\7{")
        self.assertIsNone(self.reader.read())

    def test_end_inside_a_large_frame_is_the_end(self):
        self.feed(b"\0\x20\0\0" + b"x" * 100_000)
        self.assertIsNone(self.reader.read())

    def test_a_length_over_the_bound_is_refused_before_anything_is_allocated(self):
        for length in (frames.MAX_HOST_FRAME + 1, 2**31, 2**32 - 1):
            with self.subTest(length), self.assertRaises(ProtocolViolation):
                reading, writing = os.pipe()
                os.write(writing, length.to_bytes(4, "big"))
                try:
                    FrameReader(reading).read()
                finally:
                    os.close(reading)
                    os.close(writing)
        os.close(self.writing)


if __name__ == "__main__":
    unittest.main()
