"""Measures from inside what a sandbox can do. The engine reads the variables and judges them."""
import ctypes as _ctypes
import errno as _errno
import os
import socket

_PR_GET_NO_NEW_PRIVS = 39
_KERNELS = ("/proc", "/sys", "/dev")


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


def _writable():
    """Where files can be written that last or cost memory. The kernel's own file systems have checks of their own."""
    with open("/proc/self/mounts") as lines:
        mounts = [line.split()[1:4] for line in lines]
    return sorted(place for place, _, options in mounts if "rw" in options.split(",") and not place.startswith(_KERNELS))


def _import():
    import subprocess


uid = os.getuid()
gid = os.getgid()
groups = [group for group in os.getgroups() if group != os.getgid()]
capabilities = 0
for _set in ("CapInh", "CapPrm", "CapEff", "CapBnd"):
    capabilities |= int(_status(_set), 16)
no_new_privileges = _ctypes.CDLL(None).prctl(_PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
seccomp = int(_status("Seccomp"))
if context["guard"]:
    fork = _outcome(_fork)
    execve = _outcome(lambda: os.execve("/usr/bin/python3", ["python3", "-c", ""], {}))
connect = _outcome(_connect)
interfaces = _interfaces()
shadow = _outcome(lambda: open("/etc/shadow"))
write_root = _outcome(lambda: _write("/canary"))
writable = _writable()
write_tmp = _outcome(lambda: _write("/tmp/canary"))
subprocess = _outcome(_import)
environment = sorted(os.environ)
kernel = os.uname().release
