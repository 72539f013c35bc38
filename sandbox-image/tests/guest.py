"""Runs the real agent as a child process and speaks the protocol with it.

Only fork, exec and pipes: the tests also run inside the image, where `subprocess` does not exist. Every wait has a deadline,
and an agent that is still there at the end of a test is killed.
"""

import json
import os
import select
import signal
import sys
import time
import unittest

AGENT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "agent")
PYTHON = sys.executable or "/usr/bin/python3"
PATIENCE = 30.0

if AGENT not in sys.path:
    sys.path.insert(0, AGENT)


class AgentGone(Exception):
    """The agent closed its output."""


class Agent:
    """A running agent. `errors` is what it wrote to its own standard error."""

    def __init__(self, *options):
        inside_in, self.input = os.pipe()
        self.output, inside_out = os.pipe()
        self.error, inside_error = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            try:
                os.dup2(inside_in, 0)
                os.dup2(inside_out, 1)
                os.dup2(inside_error, 2)
                os.execv(PYTHON, [PYTHON, "-I", "-B", AGENT, *options])
            finally:
                os._exit(127)
        for descriptor in (inside_in, inside_out, inside_error):
            os.close(descriptor)
        self.received = b""
        self.count = 0
        self.status = None

    def send(self, **message):
        self.send_bytes(json.dumps(message).encode())

    def send_bytes(self, body):
        self.send_raw(len(body).to_bytes(4, "big") + body)

    def send_raw(self, data):
        while data:
            data = data[os.write(self.input, data) :]

    def receive(self, patience=PATIENCE):
        """The next frame. Raises AgentGone, or TimeoutError."""
        deadline = time.monotonic() + patience
        size = int.from_bytes(self._take(4, deadline), "big")
        if size > 1 << 20:
            raise ValueError(f"a frame of {size} bytes")
        return json.loads(self._take(size, deadline), parse_constant=self._refuse)

    @staticmethod
    def _refuse(name):
        raise ValueError(f"{name} in JSON")

    def _take(self, size, deadline):
        while len(self.received) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.output], [], [], left)[0]:
                raise TimeoutError("the agent says nothing")
            data = os.read(self.output, 1 << 20)
            if not data:
                raise AgentGone
            self.received += data
        taken, self.received = self.received[:size], self.received[size:]
        return taken

    def begin(self, code, **fields):
        """Sends an execution and returns its id."""
        self.count += 1
        identifier = f"run-{self.count}"
        self.send(type="execute", id=identifier, code=code, **fields)
        return identifier

    def end(self, identifier, functions=None, patience=PATIENCE):
        """What the execution yields: the result's fields, with what it printed as `stdout` and `stderr`."""
        printed = {"stdout": [], "stderr": []}
        while True:
            message = self.receive(patience)
            if message["id"] != identifier:
                raise AssertionError(f"{message} does not belong to {identifier}")
            if message["type"] == "result":
                return Outcome(message, "".join(printed["stdout"]), "".join(printed["stderr"]), printed)
            if message["type"] == "call":
                self.answer(message, functions or {})
            else:
                printed[message["type"]].append(message["data"])

    def answer(self, message, functions):
        try:
            value = functions[message["name"]](*message["args"], **message["kwargs"])
            self.send(type="reply", id=message["id"], call=message["call"], value=value)
        except Exception as error:
            described = {"name": type(error).__name__, "message": str(error)}
            self.send(type="reply", id=message["id"], call=message["call"], error=described)

    def run(self, code, functions=None, patience=PATIENCE, **fields):
        if functions is not None:
            fields["functions"] = list(functions)
        return self.end(self.begin(code, **fields), functions, patience)

    def interrupt(self, identifier):
        self.send(type="interrupt", id=identifier)

    def await_output(self, text, patience=PATIENCE):
        """Reads frames until `text` was printed to stdout."""
        seen = ""
        while text not in seen:
            message = self.receive(patience)
            if message["type"] == "result":
                raise AssertionError(f"ended with {message}")
            seen += message["data"]
        return seen

    def exit_status(self, patience=PATIENCE):
        """Waits for the end of the process: its exit status, or minus a signal."""
        deadline = time.monotonic() + patience
        while self.status is None:
            found, status = os.waitpid(self.process, os.WNOHANG)
            if found:
                self.status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > deadline:
                raise TimeoutError("the agent does not end")
            else:
                select.select([], [], [], 0.005)
        return self.status

    def errors(self):
        """Everything on standard error; only after the end of the process."""
        self.exit_status()
        return os.read(self.error, 1 << 16).decode()

    def close(self):
        if self.status is None:
            os.kill(self.process, signal.SIGKILL)
            self.exit_status()
        for descriptor in (self.input, self.output, self.error):
            try:
                os.close(descriptor)
            except OSError:
                pass


class Outcome:
    def __init__(self, message, stdout, stderr, pieces):
        self.stdout = stdout
        self.stderr = stderr
        self.pieces = pieces
        self.status = message["status"]
        self.result = message["result"]
        self.locals = message["locals"]
        self.locals_truncated = message["locals_truncated"]
        self.error = message["error"]
        self.exit_code = message["exit_code"]
        self.size = len(json.dumps(message["locals"], ensure_ascii=False, separators=(",", ":")).encode())

    def __repr__(self):
        return str(vars(self))[:2000]


class GuestTest(unittest.TestCase):
    """A test with an agent that is ready. `options` are its arguments."""

    options = ("--guard=on", "--network=off")

    def setUp(self):
        self.agent = self.start(*self.options)
        self.assertEqual("ready", self.agent.receive()["type"])

    def start(self, *options):
        agent = Agent(*options)
        self.addCleanup(agent.close)
        return agent

    def run_code(self, code, **fields):
        return self.agent.run(code, **fields)

    def completed(self, code, **fields):
        outcome = self.run_code(code, **fields)
        self.assertEqual("completed", outcome.status, outcome)
        return outcome

    def raised(self, code, name, **fields):
        outcome = self.run_code(code, **fields)
        self.assertEqual("raised", outcome.status, outcome)
        self.assertEqual(name, outcome.error["name"], outcome)
        return outcome

    def variables(self, identifier="q"):
        """The listing of variables, without what is printed meanwhile."""
        self.agent.send(type="variables", id=identifier)
        message = self.agent.receive()
        while message["type"] in ("stdout", "stderr"):
            message = self.agent.receive()
        self.assertEqual(("variables", identifier), (message["type"], message["id"]), message)
        self.assertEqual({"type", "id", "names"}, set(message))
        return message["names"]

    def usable(self):
        """The agent still does its work, exactly."""
        outcome = self.completed("print('still')\nusable_value = [1]\nusable_value")
        self.assertEqual(("still\n", "[1]", [1]), (outcome.stdout, outcome.result, outcome.locals.get("usable_value")))
