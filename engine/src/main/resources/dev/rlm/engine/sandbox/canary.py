"""Measures from inside what a sandbox can do. The engine reads the variables and judges them."""
import errno as _errno
import os
import socket


def _outcome(action):
    try:
        action()
    except OSError as error:
        return _errno.errorcode.get(error.errno, str(error.errno))
    except Exception as error:
        return type(error).__name__
    return "allowed"


def _status(field):
    with open("/proc/self/status") as lines:
        for line in lines:
            name, _, value = line.partition(":")
            if name == field:
                return value.strip()
    return None


def _connect():
    with socket.socket() as tcp:
        tcp.settimeout(3)
        tcp.connect(("8.8.8.8", 53))


def _fork():
    if os.fork() == 0:
        os._exit(0)


def _write(path):
    with open(path, "w"):
        pass


def _interfaces():
    try:
        with open("/proc/net/dev") as lines:
            return [line.split(":")[0].strip() for line in lines if ":" in line]
    except OSError:
        return []


def _import():
    import subprocess


uid = os.getuid()
gid = os.getgid()
groups = [group for group in os.getgroups() if group != os.getgid()]
capabilities = int(_status("CapEff"), 16) | int(_status("CapPrm"), 16)
seccomp = int(_status("Seccomp"))
if context["guard"]:
    fork = _outcome(_fork)
    execve = _outcome(lambda: os.execve("/usr/bin/python3", ["python3", "-c", ""], {}))
connect = _outcome(_connect)
interfaces = _interfaces()
shadow = _outcome(lambda: open("/etc/shadow"))
write_root = _outcome(lambda: _write("/canary"))
write_tmp = _outcome(lambda: _write("/tmp/canary"))
subprocess = _outcome(_import)
environment = sorted(os.environ)
kernel = os.uname().release
