"""Documents given by a path: the object that stands for a large one does what `str` and `bytes` do, which are the model here."""

import array
import base64
import os
import random
import re
import tempfile
import unittest

import guest  # noqa: F401
from guest import GuestTest

import contexts
import mapped
import textsearch
from contexts import ContextBytes, ContextText
from lines import lines
from mapped import MappedBytes, MappedText

SEED = int(os.environ.get("SEED", random.randrange(1 << 32)))
ALPHABETS = (
    "ab",
    "aab \n",
    "ab\r\n\x0b\x1c\x85\u2028é",
    "aäß€\u0800\uffff𝒳😀\n",
    "😀\U0010ffff",
    "".join(map(chr, range(1, 128))) + "é中😀",
)


def index_of(text):
    """The index file of a text, made the simple way."""
    return array.array("Q", [len(text[:at].encode()) for at in range(0, len(text), 4096)]).tobytes()


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.random = random.Random(SEED)
        self.files = 0

    def file(self, body):
        self.files += 1
        path = f"{self.folder}/{self.files}"
        with open(path, "wb") as file:
            file.write(body)
        return path

    def description(self, text):
        body = text.encode()
        given = {"path": self.file(body), "text": True, "bytes": len(body), "characters": len(text)}
        if not text.isascii():
            given["index"] = self.file(index_of(text))
        return given

    def context(self, text):
        """A ContextText, however small."""
        given = self.description(text)
        index = MappedBytes(given["index"], len(index_of(text))) if "index" in given else None
        return ContextText(MappedText(MappedBytes(given["path"], given["bytes"]), index, len(text)))

    def texts(self):
        """Random texts over alphabets of characters of one to four bytes, around the stride of the index."""
        for alphabet in ALPHABETS:
            for size in (1, 7, 4095, 4096, 4097, 8192, self.random.randrange(1, 30_000)):
                yield "".join(self.random.choices(alphabet, k=size))

    def with_small_steps(self):
        """Steps so small that a test text has many of them."""
        for module, name, value in (
            (contexts, "_PIECE", 1000),
            (contexts, "_LINES_PIECE", 97),
            (contexts, "_UNCHECKED", 5000),
            (mapped, "_SEARCH_STEP", 61),
            (mapped, "_COUNT_STEP", 61),
            (textsearch, "_PART", 211),
            (textsearch, "LONGEST", 64),
            (textsearch, "BEHIND", 8),
        ):
            self.addCleanup(setattr, module, name, getattr(module, name))
            setattr(module, name, value)

    def position(self, text):
        return self.random.choice((None, 0, len(text), -1, self.random.randrange(-len(text) - 2, len(text) + 3)))

    def same(self, expected, actual, *what):
        self.assertEqual(expected, actual, (f"SEED={SEED}", *what))


class TextTest(Folder):
    def setUp(self):
        super().setUp()
        self.with_small_steps()

    def test_length_and_characters(self):
        for text in self.texts():
            context = self.context(text)
            self.same(len(text), len(context))
            self.same(text, str(context))
            self.same(text.isascii(), context.isascii())
            for _ in range(20):
                at = self.random.randrange(-len(text), len(text))
                self.same(text[at], context[at], at)
            for at in (len(text), -len(text) - 1, 1 << 70):
                with self.assertRaisesRegex(IndexError, "string index out of range"):
                    context[at]
            with self.assertRaises(TypeError):
                context["a"]

    def test_slices(self):
        for text in self.texts():
            context = self.context(text)
            for _ in range(60):
                step = self.random.choice((None, 1, 1, 2, 3, -1, -2, 4095, 5000, -7000))
                key = slice(self.position(text), self.position(text), step)
                found = context[key]
                self.same(text[key], found, key, len(text))
                self.assertIs(str, type(found))
            with self.assertRaises(ValueError):
                context[::0]

    def test_searches(self):
        for text in self.texts():
            context = self.context(text)
            for _ in range(60):
                start, end = self.position(text), self.position(text)
                at = self.random.randrange(len(text))
                size = self.random.choice((0, 1, 1, 2, 3, 9, 70, 300))
                sub = self.random.choice((text[at : at + size], text[at : at + size] + "?", "\ud800", "nowhere"))
                for name in ("find", "rfind", "count", "startswith", "endswith"):
                    self.same(getattr(text, name)(sub, start, end), getattr(context, name)(sub, start, end), name, sub, start, end)
                self.same(sub in text, sub in context, sub)
                several = (sub, "zz", text[:2])
                self.same(text.startswith(several, start), context.startswith(several, start))
                self.same(text.endswith(several, start), context.endswith(several, start))
                for name in ("index", "rindex"):
                    try:
                        expected = getattr(text, name)(sub, start, end)
                    except ValueError as error:
                        with self.assertRaisesRegex(ValueError, str(error)):
                            getattr(context, name)(sub, start, end)
                    else:
                        self.same(expected, getattr(context, name)(sub, start, end))

    def test_what_is_no_text_is_refused(self):
        context = self.context("abc")
        for call in (
            lambda: 1 in context,
            lambda: context.find(b"a"),
            lambda: context.count(None),
            lambda: context.startswith(1),
            lambda: context.endswith(("a", 1)),
            lambda: context.search(b"a"),
            lambda: context.search(1),
            lambda: context + 1,
            lambda: hash(context),
            lambda: context.find("a", "b"),
        ):
            self.assertRaises(TypeError, call)

    def test_lines(self):
        for text in self.texts():
            context = self.context(text)
            self.same(text.splitlines(), list(context))
            self.same(text.splitlines(True), list(context.lines(True)))
            self.same(text.splitlines(True), list(context.lines(keepends=True)))
            self.same(text.splitlines(), context.splitlines())

    def test_lines_of_pieces_cut_anywhere(self):
        for _ in range(3000):
            for body in (
                "".join(self.random.choices("a\r\n\x0b", k=self.random.randrange(0, 12))),
                bytes(self.random.choices(b"a\r\n\x0b", k=self.random.randrange(0, 12))),
            ):
                cuts = sorted(self.random.choices(range(len(body) + 1), k=3))
                pieces = [body[i:j] for i, j in zip([0, *cuts], [*cuts, len(body)]) if i < j]
                for keepends in (False, True):
                    self.same(body.splitlines(keepends), list(lines(iter(pieces), keepends)), body, cuts)

    def test_equality(self):
        for text in self.texts():
            context = self.context(text)
            other = text[:-1] + ("x" if text[-1] != "x" else "y")
            self.assertTrue(context == text and text == context and not context != text, SEED)
            self.assertTrue(context != other and context != text + "x" and context != 1, SEED)
            self.assertTrue(context == self.context(text) and context != self.context(other), SEED)

    def test_methods_that_make_the_whole_text(self):
        text = "  Ein Text; noch Einer \n"
        context = self.context(text)
        for name, arguments in (
            ("lower", ()),
            ("split", (";",)),
            ("split", ()),
            ("replace", ("e", "E", 2)),
            ("strip", ()),
            ("partition", (";",)),
            ("translate", ({101: "x"},)),
        ):
            self.same(getattr(text, name)(*arguments), getattr(context, name)(*arguments), name)
        self.same(text + "x", context + "x")
        self.same("x" + text, "x" + context)
        self.same(f"{text:>40}", f"{context:>40}")
        self.same(text.encode(), context.encode())
        self.same(text.encode("utf-16"), context.encode("utf-16"))
        self.assertEqual("lower", ContextText.lower.__name__)

    def test_representation_is_short(self):
        self.assertEqual("<ContextText of 25,000 characters: '" + "é" * 40 + "'...>", repr(self.context("é" * 25_000)))

    def test_is_no_str(self):
        context = self.context("abc")
        self.assertFalse(isinstance(context, str))
        self.assertRaises(TypeError, re.search, "a", context)
        self.assertEqual("builtins.ContextText", f"{ContextText.__module__}.{ContextText.__qualname__}")

    def test_memory_is_asked_for_first(self):
        self.addCleanup(setattr, contexts, "available", contexts.available)
        contexts.available = lambda: 20_000
        for text, fits in (("a" * 19_000, True), ("a" * 21_000, False), ("é" * 9_000, True), ("é" * 11_000, False), ("€" * 6_000, False), ("😀" * 5_002, False)):
            context = self.context(text)
            if fits:
                self.same(text, str(context))
                continue
            for call in (lambda: str(context), lambda: context[1:], lambda: context.upper()):
                with self.assertRaisesRegex(MemoryError, "MiB are left: use slices"):
                    call()
        with self.assertRaisesRegex(MemoryError, "are left"):
            self.context("a" * 21_000).encode()
        with self.assertRaisesRegex(MemoryError, "are left"):
            self.context("a" * 21_000)[::2]
        contexts.available = lambda: None
        self.same("a" * 30_000, str(self.context("a" * 30_000)))


class PatternTest(Folder):
    def setUp(self):
        super().setUp()
        self.with_small_steps()

    PATTERNS = (
        r"a",
        r"",
        r"b*",
        r"|a",
        r"(a)(b)?",
        r"(?P<first>\w)(?P<second>\s)",
        r"^",
        r"^.",
        r"(?m)^.{0,9}$",
        r"$",
        r"\Z",
        r"\b\w",
        r"(?<=a)b",
        r"(?<!a)b",
        r"(?=b)",
        r"(.)\1",
        r"é|😀",
        r"[^a-z]{1,5}",
        r"(?i)É",
        r"a(?=.{3}b)",
        r"\A.",
    )

    def test_patterns(self):
        for text in self.texts():
            context = self.context(text)
            for pattern in self.PATTERNS:
                flags = self.random.choice((0, re.DOTALL, re.ASCII))
                pos = self.random.choice((0, 0, self.random.randrange(-3, len(text) + 3)))
                endpos = self.random.choice((None, None, self.random.randrange(-3, len(text) + 3)))
                compiled = re.compile(pattern, flags)
                bounds = (pos,) if endpos is None else (pos, endpos)
                expected = list(compiled.finditer(text, *bounds))
                what = (pattern, flags, pos, endpos, len(text))
                found = list(context.finditer(pattern, flags, pos, endpos))
                self.same([one.regs for one in expected], [one.regs for one in found], *what)
                self.same([one.groups() for one in expected], [one.groups() for one in found], *what)
                self.same(compiled.findall(text, *bounds), context.findall(compiled, 0, pos, endpos), *what)
                first, model = context.search(pattern, flags, pos, endpos), compiled.search(text, *bounds)
                self.same(model and model.span(), first and first.span(), *what)
                if endpos is not None and max(pos, 0) > endpos:
                    continue  # Here `match` of `re` does not do what its documentation says, which is to find nothing.
                first, model = context.match(pattern, flags, pos, endpos), compiled.match(text, *bounds)
                self.same(model and model.span(), first and first.span(), *what)

    def test_a_match(self):
        text = "é" * 5000 + "key=value" + "z" * 5000
        context = self.context(text)
        found = context.search(r"(?P<name>\w{3})=(?P<value>val)(u)?(x)?")
        model = re.search(r"(?P<name>key)=(?P<value>val)(u)?(x)?", text)
        for call in (
            lambda m: m.group(),
            lambda m: m.group(0),
            lambda m: m.group("name", 2, "value"),
            lambda m: m["name"],
            lambda m: m[2],
            lambda m: m.groups(),
            lambda m: m.groups("none"),
            lambda m: m.groupdict(),
            lambda m: (m.start(), m.end(), m.span(), m.start(2), m.end("value"), m.span(4)),
            lambda m: (m.lastindex, m.lastgroup, m.pos, m.endpos, bool(m), m.regs),
        ):
            self.same(call(model), call(found))
        self.assertIs(context, found.string)
        self.assertEqual("<ContextMatch span=(5000, 5008), match='key=valu'>", repr(found))
        for group in (5, -1, "no", 1 << 70):
            self.assertRaises(IndexError, found.group, group)
        self.assertEqual("key", context[found.start("name") : found.end("name")])

    def test_a_match_that_is_too_long_is_an_error(self):
        context = self.context("b" * 300 + "a" * 1000)
        for call in (lambda: context.search("a+"), lambda: context.findall("(?s).*"), lambda: context.match("b*")):
            with self.assertRaisesRegex(ValueError, "a match from character 3?00? on has more than .* search a slice"):
                call()
        self.assertEqual((1236, 1300), context.search("a+$", pos=1236).span())

    def test_wrong_patterns_are_refused_as_by_re(self):
        context = self.context("abc")
        self.assertRaises(re.error, context.search, "(")
        self.assertRaises(ValueError, context.search, re.compile("a"), re.IGNORECASE)


class BytesTest(Folder):
    def setUp(self):
        super().setUp()
        self.with_small_steps()

    def bodies(self):
        for alphabet in (b"ab", b"aab\r\n", bytes(range(256))):
            for size in (1, 60, 61, 62, 5000):
                body = bytes(self.random.choices(alphabet, k=size))
                yield body, ContextBytes(MappedBytes(self.file(body), len(body)))

    def test_bytes(self):
        for body, context in self.bodies():
            self.same(len(body), len(context))
            self.same(body, bytes(context))
            self.same(body.splitlines(), list(context))
            self.same(body.splitlines(True), list(context.lines(True)))
            self.same(body.decode("latin-1"), context.decode("latin-1"))
            self.assertTrue(context == body and context == bytearray(body) and context != body + b"x" and context != "x")
            self.assertTrue(context == ContextBytes(MappedBytes(self.file(body), len(body))))
            for _ in range(60):
                start, end = self.position(body), self.position(body)
                key = slice(start, end, self.random.choice((None, 1, 2, -1, -3)))
                self.same(body[key], context[key], key)
                at = self.random.randrange(len(body))
                self.same(body[at], context[at])
                sub = self.random.choice((body[at : at + self.random.choice((0, 1, 2, 5, 80))], b"zz", body[at]))
                for name in ("find", "rfind", "count"):
                    self.same(getattr(body, name)(sub, start, end), getattr(context, name)(sub, start, end), name, sub, start, end)
                self.same(sub in body, sub in context)
                if not isinstance(sub, int):
                    self.same(body.startswith(sub, start, end), context.startswith(sub, start, end))
                    self.same(body.endswith((sub, b"q"), start, end), context.endswith((sub, b"q"), start, end))
            for pattern in (rb"a+", rb"(a)(b)?", rb"^", rb"$", rb"(?m)^.", rb"(?<=a)b"):
                pos = self.random.randrange(-2, len(body) + 2)
                endpos = self.random.randrange(-2, len(body) + 2)
                compiled = re.compile(pattern)
                self.same([m.regs for m in compiled.finditer(body)], [m.regs for m in context.finditer(pattern)])
                self.same(compiled.findall(body, pos, endpos), context.findall(pattern, 0, pos, endpos), pattern, pos, endpos)
                self.same(bool(compiled.search(body, pos)), bool(context.search(pattern, 0, pos)))
                self.same(bool(compiled.match(body, pos)), bool(context.match(pattern, 0, pos)))

    def test_what_is_no_bytes_is_refused(self):
        _, context = next(self.bodies())
        for call in (
            lambda: "a" in context,
            lambda: context.find("a"),
            lambda: context.startswith("a"),
            lambda: context.endswith(1),
            lambda: context.search("a"),
            lambda: hash(context),
        ):
            self.assertRaises(TypeError, call)
        self.assertRaises(ValueError, context.index, b"nowhere")
        self.assertRaises(ValueError, context.rindex, b"nowhere")
        self.assertRaises(ValueError, context.find, 256)
        self.assertRaises(IndexError, lambda: context[1])

    def test_memory_is_asked_for_first(self):
        self.addCleanup(setattr, contexts, "available", contexts.available)
        contexts.available = lambda: 5_000
        context = ContextBytes(MappedBytes(self.file(b"x" * 6000), 6000))
        for call in (lambda: bytes(context), lambda: context[:], lambda: context.decode()):
            with self.assertRaisesRegex(MemoryError, "are left"):
                call()

    def test_representation_is_short(self):
        context = ContextBytes(MappedBytes(self.file(b"\xff" * 6000), 6000))
        self.assertEqual(f"<ContextBytes of 6,000 bytes: {bytes([255]) * 40!r}...>", repr(context))


class AvailableMemoryTest(unittest.TestCase):
    def test_something_is_available(self):
        from memory import available

        self.assertGreater(available(), 1 << 20)


class BindingTest(GuestTest, Folder):
    def setUp(self):
        Folder.setUp(self)
        GuestTest.setUp(self)

    def test_small_ones_are_ordinary_objects(self):
        text = "é" * 1000
        self.assertEqual("(True, True)", self.completed("type(context) is str, context == 'é' * 1000", context_file=self.description(text)).result)
        given = {"path": self.file(b"\xff\x00"), "text": False, "bytes": 2, "characters": 2}
        self.assertEqual(r"b'\xff\x00'", self.completed("context", context_file=given).result)
        given = {"path": self.file(b""), "text": True, "bytes": 0, "characters": 0}
        self.assertEqual("''", self.completed("context", context_file=given).result)

    def test_the_largest_small_one_and_the_smallest_large_one(self):
        for size, kind in ((1 << 20, "str"), ((1 << 20) + 1, "ContextText")):
            outcome = self.completed("len(context), type(context).__name__", context_file=self.description("a" * size))
            self.assertEqual(f"({size}, '{kind}')", outcome.result)

    def test_large_text(self):
        text = "".join(f"Zeile {n} €\n" for n in range(200_000)) + "Ende 😀"
        given = self.description(text)
        outcome = self.completed(
            "f = context.search(r'Zeile (1234\\d\\d) €')\n"
            "(context[1000:1010], context.find('Ende'), f.span(), f[1], context[f.start():f.end()], sum(1 for _ in context), 'Zeile 7 ' in context, context[-1])",
            context_file=given,
        )
        model = re.search("Zeile (1234\\d\\d) €", text)
        self.assertEqual(
            repr((text[1000:1010], text.find("Ende"), model.span(), model[1], model[0], 200_001, True, "😀")), outcome.result
        )
        self.assertEqual({}, {name: value for name, value in outcome.locals.items() if name == "context"})
        again = self.completed("context[0:5], type(context).__name__")
        self.assertEqual("('Zeile', 'ContextText')", again.result)

    def test_large_bytes(self):
        body = bytes(range(256)) * 8192
        given = {"path": self.file(body), "text": False, "bytes": len(body), "characters": len(body)}
        outcome = self.completed("import hashlib\ncontext[254:258], context.find(b'\\xff\\x00'), len(context), context.count(7)", context_file=given)
        self.assertEqual(repr((body[254:258], 255, len(body), 8192)), outcome.result)

    def test_is_not_reported_unless_it_is_given_another_name(self):
        outcome = self.completed("mine = context", context_file=self.description("a" * 2_000_000))
        self.assertEqual({"mine"}, set(outcome.locals))
        self.assertEqual("ContextText", outcome.locals["mine"]["type"])
        self.assertLess(len(outcome.locals["mine"]["repr"]), 150)

    def test_one_that_cannot_be_read_is_the_executions_error_and_the_agent_lives(self):
        for size in (10, 2_000_000):
            given = {"path": f"{self.folder}/missing", "text": True, "bytes": size, "characters": size}
            self.raised("1", "FileNotFoundError", context_file=given)
        self.usable()

    def test_survives_what_user_code_does_to_the_interpreter(self):
        given = self.description("é needle " * 200_000)
        self.completed(
            "import builtins, re, os, mmap\n"
            "pattern = re.compile('n..dle')\n"
            "for name in ('len', 'range', 'min', 'max', 'issubclass', 'memoryview', 'str', 'bytes'): delattr(builtins, name)\n"
            "re.compile = mmap.mmap = os.open = None"
        )
        outcome = self.completed("context.count('needle'), context.search(pattern).span(), context[2:8]", context_file=given)
        self.assertEqual("(200000, (2, 8), 'needle')", outcome.result)

    def test_a_search_is_interrupted(self):
        given = self.description("a" * 5_000_000)
        identifier = self.agent.begin("print('on', flush=True)\nwhile True: context.search('b')", context_file=given)
        self.agent.await_output("on")
        self.agent.interrupt(identifier)
        self.assertEqual("interrupted", self.agent.end(identifier).status)
        self.usable()

    def send_parts(self, identifier, parts):
        for part in parts:
            self.agent.send(type="context_part", id=identifier, data=part)

    def test_parts_of_a_text(self):
        text = "é" * 1_500_000 + "😀"
        self.send_parts("run-1", [text[:700_000], text[700_000:]])
        given = {"text": True, "bytes": len(text.encode()), "characters": len(text)}
        outcome = self.completed("type(context) is str, len(context), context[-1]", context_parts=given)
        self.assertEqual("(True, 1500001, '😀')", outcome.result)
        self.assertEqual("1500001", self.completed("len(context)").result)

    def test_parts_of_bytes(self):
        body = bytes(range(256)) * 5000
        self.send_parts("run-1", [base64.b64encode(body[:1000]).decode(), base64.b64encode(body[1000:]).decode()])
        given = {"text": False, "bytes": len(body), "characters": len(body)}
        self.assertEqual("True", self.completed("context == bytes(range(256)) * 5000", context_parts=given).result)

    def test_no_parts_are_an_empty_document(self):
        given = {"text": True, "bytes": 0, "characters": 0}
        self.assertEqual("''", self.completed("context", context_parts=given).result)


class ViolationTest(GuestTest):
    def ends(self, *messages):
        agent = self.start(*self.options)
        self.assertEqual("ready", agent.receive()["type"])
        for message in messages:
            agent.send(**message)
        self.assertEqual(70, agent.exit_status())
        self.assertIn("protocol:", agent.errors())

    def test_what_is_not_as_the_protocol_says(self):
        file = {"path": "/x", "text": True, "bytes": 1, "characters": 1}
        parts = {"text": True, "bytes": 1, "characters": 1}
        run = {"type": "execute", "id": "a", "code": ""}
        part = {"type": "context_part", "id": "a", "data": "x"}
        for messages in (
            [run | {"context_file": "/x"}],
            [run | {"context_file": file | {"bytes": "1"}}],
            [run | {"context_file": file | {"index": 1}}],
            [run | {"context_file": file, "context": 1}],
            [part | {"data": 1}],
            [part, part | {"id": "b"}],
            [part, run],
            [part, run | {"id": "b", "context_parts": parts}],
            [part, run | {"context_parts": parts | {"characters": 2}}],
            [run | {"context_parts": None}],
            [run | {"context_parts": parts}],
            [run | {"code": "while True: pass"}, part],
            [part | {"data": "x" * (33 << 20)}] * 3,
        ):
            with self.subTest(str(messages)[:200]):
                self.ends(*messages)


if __name__ == "__main__":
    unittest.main()
