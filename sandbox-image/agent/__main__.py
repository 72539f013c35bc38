"""The guest agent: runs the code that the host sends, inside a sandbox.

    /usr/bin/python3 -I -B /opt/rlm/agent --guard=on|off --network=off|on

It speaks the frames of PROTOCOL.md over its standard input and output. It ends with status 0 when the host is gone, 64 for
arguments it does not know, 70 when the host breaks the protocol or the agent itself fails, and 71 when the guard cannot be
loaded; for the last three with one line on standard error.
"""

import sys
from os import _exit, write
from os.path import dirname

_HERE = dirname(__file__)
if _HERE not in sys.path:
    sys.path.insert(0, _HERE)

from sealed import BUILTINS as __builtins__

from _signal import SIG_BLOCK, SIG_SETMASK, pthread_sigmask, valid_signals
from _thread import start_new_thread

from capture import EXIT_FAULT, EXIT_HOST_GONE, Channel
from descriptors import Descriptors
from frames import FrameReader, ProtocolViolation, json_text
from interrupts import SIGNAL, Interrupts

EXIT_USAGE = 64
EXIT_GUARD = 71


def main(arguments: list[str]) -> None:
    """Serves until the process ends."""
    try:
        guarded, network = options(arguments)
    except ValueError as error:
        fail(2, EXIT_USAGE, str(error))
    try:
        descriptors = Descriptors()
    except OSError as error:
        fail(2, EXIT_FAULT, str(error))
    interrupts = Interrupts()
    interrupts.install()
    if guarded:
        load_guard(descriptors, network)

    # After the guard, which is the first that happens. A waiting sandbox has time for what only the first execution needs.
    from hostcalls import HostCalls
    from parts import Parts
    from rehearsal import rehearse
    from runner import Runner
    from streams import Streams

    channel = Channel(
        descriptors.host_out, descriptors.stdout, descriptors.stderr, descriptors.wake, descriptors.pipe_size, interrupts
    )
    calls = HostCalls(channel)
    streams = Streams()
    rehearse(Runner(descriptors, channel, interrupts, calls, streams))
    runner = Runner(descriptors, channel, interrupts, calls, streams)
    hide()

    # Threads of the agent take no signals: those are for user code, which runs in the main thread.
    unblocked = pthread_sigmask(SIG_BLOCK, valid_signals())
    channel.start()
    version = sys.version.split()[0]
    channel.post(
        b'{"type":"ready","protocol":1,"python":%b,"guard":%b}' % (json_text(version), b"true" if guarded else b"false")
    )
    start_new_thread(listen, (descriptors, runner, channel, interrupts, calls, Parts()))
    pthread_sigmask(SIG_SETMASK, unblocked)
    runner.serve()


def options(arguments: list[str]) -> tuple[bool, bool]:
    """Whether to load the guard and whether to allow sockets. Raises ValueError for anything but these two choices."""
    chosen = {"--guard": "on", "--network": "off"}
    for argument in arguments:
        name, _, value = argument.partition("=")
        if name not in chosen or value not in ("on", "off"):
            raise ValueError("usage: agent [--guard=on|off] [--network=off|on]")
        chosen[name] = value
    return chosen["--guard"] == "on", chosen["--network"] == "on"


def load_guard(descriptors: Descriptors, network: bool) -> None:
    """Loads the guard, or ends the process."""
    try:
        from guard import Guard

        Guard(descriptors.first, descriptors.last, SIGNAL, network).load()
    except BaseException as error:
        fail(descriptors.host_error, EXIT_GUARD, f"guard: {type(error).__name__}: {error}")


def listen(descriptors: Descriptors, runner, channel: Channel, interrupts: Interrupts, calls, parts) -> None:
    """Acts on the host's frames, in a thread of its own. Ends the process with the stream, or when it is broken."""
    try:
        frames = FrameReader(descriptors.host_in)
        # No name here keeps a message, with the context in it, until the next one comes.
        while handle(frames.read(), runner, channel, interrupts, calls, parts):
            pass
        _exit(EXIT_HOST_GONE)
    except ProtocolViolation as error:
        fail(descriptors.host_error, EXIT_FAULT, f"protocol: {error}")
    except BaseException as error:
        fail(descriptors.host_error, EXIT_FAULT, f"reading frames: {type(error).__name__}: {error}")


def handle(message: dict | None, runner, channel: Channel, interrupts: Interrupts, calls, parts) -> bool:
    """Acts on one frame; False at the end of the stream. Raises ProtocolViolation for what the protocol does not know."""
    if message is None:
        return False
    kind = message.get("type")
    identifier = message.get("id")
    if type(identifier) is not str:
        raise ProtocolViolation("a message without an id")
    if kind == "execute":
        if channel.busy:
            raise ProtocolViolation("an execution while another runs")
        if type(message.get("code")) is not str:
            raise ProtocolViolation("an execution without code")
        functions = message.get("functions", [])
        if type(functions) is not list or not all(type(name) is str for name in functions):
            raise ProtocolViolation("functions are not a list of names")
        parts.claim(message)
        channel.begin(identifier)
        interrupts.begin(identifier)
        runner.submit(message)
    elif kind == "context_part":
        if channel.busy:
            raise ProtocolViolation("a part of a context while an execution runs")
        parts.add(message)
    elif kind == "interrupt":
        interrupts.request(identifier)
        channel.look()
    elif kind == "reply":
        calls.answer(message)
    elif kind == "variables":
        runner.tell_variables(identifier)
    else:
        raise ProtocolViolation("an unknown message")
    return True


def hide() -> None:
    """Makes the agent's modules impossible to import by accident: `values` or `errors` may be modules of the user's."""
    for name, module in list(sys.modules.items()):
        if dirname(getattr(module, "__file__", None) or "") == _HERE:
            del sys.modules[name]
    sys.path[:] = [entry for entry in sys.path if entry != _HERE]
    sys.path_importer_cache.pop(_HERE, None)
    sys.argv = [""]


def fail(descriptor: int, status: int, text: str) -> None:
    """Says one line and ends the process."""
    try:
        write(descriptor, f"rlm agent: {text}\n".encode(errors="replace")[:1024])
    finally:
        _exit(status)


if __name__ == "__main__":
    main(sys.argv[1:])
