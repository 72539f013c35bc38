"""The listing of variables, also while code runs."""

import unittest

from guest import GuestTest


class VariablesTest(GuestTest):
    def test_names_and_types(self):
        self.assertEqual({}, self.variables())
        self.completed("import math\nclass Thing: pass\nx = 1\ny = Thing()\n_hidden = 2\ndef f(): pass\nz = [x]\n3")
        self.assertEqual({"Thing": "type", "x": "int", "y": "Thing", "f": "function", "z": "list"}, self.variables())
        self.completed("del z")
        self.assertNotIn("z", self.variables())

    def test_what_the_host_gave_is_left_out_while_it_is_bound(self):
        self.agent.run("f(1)", functions={"f": lambda x: x}, context={"a": 1})
        self.assertEqual({}, self.variables())
        self.completed("context = 5")
        self.assertEqual({"context": "int"}, self.variables())

    def test_answers_while_code_runs(self):
        running = self.agent.begin("done = False\nprint('go')\nwhile not done: pass")
        self.agent.await_output("go")
        self.assertEqual({"done": "bool"}, self.variables())
        self.agent.interrupt(running)
        self.assertEqual("interrupted", self.agent.end(running).status)

    def test_answers_while_names_come_and_go(self):
        running = self.agent.begin(
            "i = 0\nprint('go')\nwhile True:\n    globals()['n%d' % (i % 5000)] = i\n    i += 1\n    globals().pop('n%d' % (i * 7 % 5000), None)"
        )
        self.agent.await_output("go")
        for number in range(50):
            self.assertIn("i", self.variables(f"q{number}"))
        self.agent.interrupt(running)
        self.agent.end(running)
        self.usable()

    def test_runs_no_code_of_the_users(self):
        self.completed(
            "class Meta(type):\n"
            "    def __getattribute__(cls, name): print('ran'); raise SystemExit\n"
            "    def __instancecheck__(cls, other): print('ran'); return True\n"
            "    def __subclasscheck__(cls, other): print('ran'); return True\n"
            "class Evil(metaclass=Meta):\n"
            "    __class__ = property(lambda self: print('ran'))\n"
            "    def __getattribute__(self, name): print('ran'); raise SystemExit\n"
            "    def __hash__(self): print('ran'); return 1\n"
            "evil = Evil()\n"
            "import builtins\n"
            "builtins.type = builtins.issubclass = builtins.list = None"
        )
        self.assertEqual({"Meta": "type", "Evil": "Meta", "evil": "Evil"}, self.variables())
        self.assertEqual("", self.completed("1").stdout)

    def test_is_bounded(self):
        self.completed("for i in range(100_000): globals()['n%d' % i] = i")
        self.assertEqual(256, len(self.variables()))
        self.completed(
            "globals().clear()\n"
            "g = globals()\n"
            "g['x' * 1000] = type('T' * 1000, (), {})()\n"
            "g['x' * 999] = 1\n"
            "g['\\U0001f600' * 300] = 1\n"
            "g['\\ud800'] = 1\n"
            "g['\\udc00'] = 2\n"
            "g[5] = 3"
        )
        names = self.variables()
        self.assertEqual({"g": "dict", "x" * 200: "T" * 200, "\U0001f600" * 200: "int", "\ufffd": "int"}, names)

    def test_a_question_without_id_is_a_violation(self):
        self.agent.send(type="variables")
        self.assertEqual(70, self.agent.exit_status())


if __name__ == "__main__":
    unittest.main()
