import collections
import enum
import json
import time
import tracemalloc
import unittest

import guest  # noqa: F401
from representation import Representer, qualified_name, type_name
from values import INT_LIMIT, JsonEncoder, NotJson, TooLarge, ValueEncoder

LIMIT = 64 * 1024


def nothing():
    pass


def encoded(value, limit=LIMIT):
    encoder = ValueEncoder(Representer(nothing))
    body = encoder.encode(value, limit)
    assert len(body) <= limit
    return json.loads(body, parse_constant=lambda name: 1 / 0), encoder.cut


def shown(value, limit=1000):
    return Representer(nothing).text(value, limit)


class Spent:
    """Fails if time or memory beyond the bound is spent."""

    def __enter__(self):
        tracemalloc.start()
        tracemalloc.reset_peak()
        self.base = tracemalloc.get_traced_memory()[0]
        self.begun = time.monotonic()

    def __exit__(self, *_):
        peak = tracemalloc.get_traced_memory()[1] - self.base
        tracemalloc.stop()
        assert time.monotonic() - self.begun < 2, "too slow"
        assert peak < 8 << 20, f"{peak} bytes"


class Hostile(dict):
    def __getattribute__(self, name):
        raise RuntimeError(name)

    def __len__(self):
        return 10**9

    def __iter__(self):
        raise RuntimeError

    def items(self):
        raise RuntimeError

    __getitem__ = __contains__ = __repr__ = __str__ = __bool__ = __eq__ = __iter__

    def __hash__(self):
        raise RuntimeError


class JsonTest(unittest.TestCase):
    def test_what_json_holds(self):
        for value in (
            None,
            True,
            False,
            0,
            -1,
            10**4299,
            1.5,
            -0.0,
            1e300,
            "",
            "aé\U0001f600\0\u2028",
            [],
            {},
            [1, [2, {"a": None}]],
        ):
            self.assertEqual((value, False), encoded(value))
        self.assertEqual(([1, [2]], False), encoded((1, (2,))))

    def test_floats_that_json_does_not_know(self):
        for text in ("nan", "inf", "-inf"):
            self.assertEqual(({"type": "float", "repr": text}, False), encoded(float(text)))

    def test_integers_with_too_many_digits(self):
        self.assertEqual((INT_LIMIT - 1, False), encoded(INT_LIMIT - 1))
        self.assertEqual({"type": "int", "repr": "<int of 14285 bits>"}, encoded(INT_LIMIT)[0])
        with Spent():
            self.assertEqual("int", encoded(1 << 40_000_000)[0]["type"])

    def test_lone_surrogates(self):
        self.assertEqual(({"\ufffd": "x\ufffd"}, False), encoded({"\ud800": "x\udfff"}))

    def test_everything_else(self):
        self.assertEqual(({"type": "set", "repr": "{1}"}, False), encoded({1}))
        self.assertEqual(({"type": "bytes", "repr": "b'x'"}, False), encoded(b"x"))
        self.assertEqual(({"type": "dict", "repr": "{1: 2}"}, False), encoded({1: 2}))
        self.assertEqual(([{"type": "complex", "repr": "1j"}], False), encoded([1j]))

    def test_subclasses_count_as_what_they_are(self):
        class Colour(enum.IntEnum):
            RED = 3

        class Text(str):
            def __getitem__(self, key):
                raise RuntimeError

            __len__ = __str__ = __repr__ = encode = __getitem__

        point = collections.namedtuple("Point", "x y")(1, 2)
        value = {
            "c": Colour.RED,
            "t": Text("hi"),
            "p": point,
            "o": collections.OrderedDict(a=1),
            "k": collections.Counter("aa"),
        }
        self.assertEqual(({"c": 3, "t": "hi", "p": [1, 2], "o": {"a": 1}, "k": {"a": 2}}, False), encoded(value))

    def test_overridden_methods_are_not_called(self):
        self.assertEqual(({"a": 1}, False), encoded(Hostile(a=1)))
        self.assertEqual(({"x": [{"a": [1]}]}, False), encoded({"x": [Hostile(a=[1])]}))

    def test_a_class_that_lies(self):
        class Liar:
            __class__ = dict

            def __repr__(self):
                return "liar"

        self.assertEqual(({"type": "Liar", "repr": "liar"}, False), encoded(Liar()))

    def test_keys_that_are_one_to_json_are_sent_once(self):
        class Key(str):
            __hash__ = object.__hash__

            def __eq__(self, other):
                return self is other

        body = ValueEncoder(Representer(nothing)).encode({Key("a"): 1, Key("a"): 2}, LIMIT)
        self.assertEqual(b'{"a":1}', body)

    def test_keys_with_lone_surrogates_are_sent_once(self):
        body = ValueEncoder(Representer(nothing)).encode({"\ud800": 1, "\udfff": 2, "\ufffd": 3}, LIMIT)
        self.assertEqual('{"\ufffd":1}'.encode(), body)
        with self.assertRaises(NotJson):
            JsonEncoder().encode({"\ud800": 1, "\udfff": 2}, LIMIT)

    def test_cycles(self):
        cycle = [1]
        cycle.append(cycle)
        self.assertEqual(([1, {"type": "list", "repr": "[...]"}], True), encoded(cycle))
        cycle = {}
        cycle["me"] = [cycle]
        self.assertEqual(({"me": [{"type": "dict", "repr": "{...}"}]}, True), encoded(cycle))

    def test_the_same_object_twice_is_no_cycle(self):
        one = [1]
        self.assertEqual(([[1], [1]], False), encoded([one, one]))

    def test_nesting(self):
        deep = 1
        for _ in range(32):
            deep = [deep]
        self.assertEqual((deep, False), encoded(deep))
        value, cut = encoded([deep])
        self.assertTrue(cut)
        for _ in range(32):
            value = value[0]
        self.assertEqual({"type": "list", "repr": "[...]"}, value)
        for _ in range(100_000):
            deep = [deep]
        self.assertTrue(encoded(deep)[1])
        while isinstance(deep, list):
            deep = deep[0]

    def test_a_value_at_the_bound_is_whole_and_one_over_it_is_shown(self):
        fitting = "x" * (LIMIT - 2)
        self.assertEqual((fitting, False), encoded(fitting))
        value, cut = encoded(fitting + "x")
        self.assertEqual(("str", 1000, True), (value["type"], len(value["repr"]), cut))
        self.assertEqual("str", encoded("é" * (LIMIT // 2))[0]["type"])

    def test_huge_values_cost_little(self):
        for value in (
            "x" * 50_000_000,
            [0] * 20_000_000,
            tuple([None] * 20_000_000),
            bytes(50_000_000),
            dict.fromkeys(map(str, range(300_000)), 1),
            set(range(300_000)),
            {"a": "x" * 50_000_000},
            [["x" * 50_000_000]],
            [[0] * 10_000_000] * 3,
            "\0" * 60_000,
            "\ud800" * 60_000,
        ):
            with self.subTest(type(value)), Spent():
                value, cut = encoded(value)
                self.assertTrue(cut)
                self.assertIn("repr", value)

    def test_values_that_share_parts_do_not_explode(self):
        laugh = ["ha"]
        for _ in range(30):
            laugh = [laugh, laugh]
        with Spent():
            self.assertTrue(encoded(laugh)[1])

    def test_strict_encoding_refuses(self):
        encoder = JsonEncoder(5)
        self.assertEqual(b'[1,{"a":null}]', encoder.encode((1, {"a": None}), 100))
        cycle = []
        cycle.append(cycle)
        for value in ({1}, float("nan"), {1: 2}, [object()], INT_LIMIT, cycle, [[[[[[]]]]]]):
            with self.assertRaises(NotJson):
                encoder.encode(value, 1000)
        for value in ("x" * 99, [0] * 50, {"a": "x" * 95}):
            with self.assertRaises(TooLarge):
                encoder.encode(value, 100)


class RepresentationTest(unittest.TestCase):
    def test_what_python_would_show(self):
        for value in (
            1,
            "a'b",
            b"x",
            bytearray(b"x"),
            [],
            [1],
            (),
            (1,),
            (1, 2),
            {},
            {1: "a", (2,): {3}},
            set(),
            {1},
            frozenset(),
            frozenset({1}),
            None,
            1.5,
            1j,
            True,
            ...,
            range(3),
            len,
            [[[]]],
            int,
            collections.Counter("a"),
            slice(1),
        ):
            self.assertEqual((repr(value), False), shown(value))
        function = self.test_cycles
        self.assertEqual(repr(function), shown(function)[0])

    def test_cycles(self):
        cycle = [1]
        cycle.append(cycle)
        self.assertEqual(repr(cycle), shown(cycle)[0])
        cycle = {}
        cycle[1] = cycle
        self.assertEqual(repr(cycle), shown(cycle)[0])

    def test_the_bound_is_exact(self):
        self.assertEqual(("'" + "x" * 8 + "'", False), shown("x" * 8, 10))
        text, cut = shown("x" * 9, 10)
        self.assertEqual((10, True, "..."), (len(text), cut, text[-3:]))
        self.assertEqual(("[1, 2, ...", True), shown(list(range(1, 100)), 10))

    def test_huge_values_cost_little(self):
        for value in (
            "x" * 50_000_000,
            bytes(50_000_000),
            bytearray(50_000_000),
            [0] * 20_000_000,
            set(range(500_000)),
            {i: i for i in range(500_000)},
            1 << 40_000_000,
            [["x" * 50_000_000]],
        ):
            with self.subTest(type(value)), Spent():
                self.assertLessEqual(len(shown(value)[0]), 1000)

    def test_deep_nesting(self):
        deep = []
        for _ in range(100_000):
            deep = [deep]
        self.assertIn("[...]", shown(deep)[0])
        while deep:
            deep = deep[0]

    def test_hostile_representations(self):
        class Bad:
            def __init__(self, act):
                self.act = act

            def __repr__(self):
                return self.act()

        def fail():
            raise ValueError

        def endless():
            return endless()

        for act, expected in (
            (fail, "<Bad object; repr() raised ValueError>"),
            (endless, "<Bad object; repr() raised RecursionError>"),
            (lambda: 3, "<Bad object; repr() raised TypeError>"),
            (lambda: 1 / 0, "<Bad object; repr() raised ZeroDivisionError>"),
        ):
            self.assertEqual((expected, False), shown(Bad(act)))
        self.assertEqual(("x" * 997 + "...", True), shown(Bad(lambda: "x" * 1_000_000)))

    def test_user_code_is_not_asked_again_after_it_was_ended(self):
        asked = []

        class Bad:
            def __repr__(self):
                asked.append(1)
                raise KeyboardInterrupt

        text, _ = shown([Bad(), Bad(), Bad()])
        self.assertEqual([1], asked)
        self.assertEqual(2, text.count("was not called"))

    def test_the_memory_ceiling_is_lowered_before_user_code_and_not_for_built_in_values(self):
        asked = []
        representer = Representer(lambda: asked.append(1))
        representer.text([1.5, "x", None, {1: b"x"}, len], 1000)
        self.assertEqual([], asked)
        representer.text(object(), 1000)
        self.assertEqual([1], asked)

    def test_names(self):
        class Meta(type):
            __name__ = property(lambda self: 1 / 0)

            def __getattribute__(cls, name):
                raise RuntimeError

        class Odd(metaclass=Meta):
            pass

        self.assertEqual("Odd", type_name(object.__new__(Odd)))
        self.assertTrue(qualified_name(Odd).endswith("Odd"))
        self.assertEqual("ValueError", qualified_name(ValueError))
        self.assertEqual("json.decoder.JSONDecodeError", qualified_name(json.JSONDecodeError))
        self.assertEqual(200, len(type_name(type("x" * 10_000, (), {})())))


if __name__ == "__main__":
    unittest.main()
