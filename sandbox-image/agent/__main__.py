"""The guest agent: runs the code that the host sends, inside a sandbox.

    /usr/bin/python3 -I -B /opt/rlm/agent --guard=on|off --network=off|on

It speaks the frames of PROTOCOL.md over its standard input and output. It ends with status 0 when the host is gone, 64 for
arguments it does not know, 70 when the host breaks the protocol or the agent itself fails, and 71 when the guard cannot be
loaded; for the last three with one line on standard error.
"""

import sys
from os.path import dirname

_HERE = dirname(__file__)
if _HERE not in sys.path:
    sys.path.insert(0, _HERE)

from sealed import BUILTINS as __builtins__

from _signal import SIG_BLOCK, SIG_SETMASK, pthread_sigmask, valid_signals
from _thread import start_new_thread

from attendance import Attendance
from capture import EXIT_FAULT, Channel
from descriptors import Descriptors
from frames import json_text
from host import Host, fail
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
    from rehearsal import rehearse
    from runner import Runner
    from streams import Streams

    attendance = Attendance(descriptors.timer, descriptors.wake, descriptors.stop)
    channel = Channel(
        descriptors.host_out,
        descriptors.stdout,
        descriptors.stderr,
        descriptors.wake,
        descriptors.pipe_size,
        interrupts,
        attendance,
    )
    calls = HostCalls(channel, attendance, interrupts)
    streams = Streams()
    rehearse(Runner(descriptors, channel, interrupts, calls, streams, attendance))
    channel.discard()
    runner = Runner(descriptors, channel, interrupts, calls, streams, attendance)
    host = Host(descriptors, runner, channel, interrupts, calls, attendance)
    calls.serve_by(host.take)
    hide()

    # Threads of the agent take no signals: those are for user code, which runs in the main thread.
    unblocked = pthread_sigmask(SIG_BLOCK, valid_signals())
    channel.start()
    start_new_thread(host.listen, ())
    attendance.await_helpers()
    pthread_sigmask(SIG_SETMASK, unblocked)
    version = sys.version.split()[0]
    channel.say(
        b'{"type":"ready","protocol":1,"python":%b,"guard":%b}' % (json_text(version), b"true" if guarded else b"false")
    )
    runner.serve(host)


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


def hide() -> None:
    """Makes the agent's modules impossible to import by accident: `values` or `errors` may be modules of the user's."""
    for name, module in list(sys.modules.items()):
        if dirname(getattr(module, "__file__", None) or "") == _HERE:
            del sys.modules[name]
    sys.path[:] = [entry for entry in sys.path if entry != _HERE]
    sys.path_importer_cache.pop(_HERE, None)
    sys.argv = [""]


if __name__ == "__main__":
    main(sys.argv[1:])
