"""Gives code in a sandbox without a network a function of this process's: `search`.

    python3 examples/host_calls.py [http://localhost:8000]

Needs nothing but Python. Where the engine asks for a key, it is taken from RLM_API_KEY.
"""

import base64
import json
import os
import socket
import sys
import urllib.parse
import urllib.request

ENGINE = urllib.parse.urlsplit(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000")
KEY = os.environ.get("RLM_API_KEY", "").split(",")[0]
NOTES = {"gVisor": "a kernel of its own for each sandbox", "egress": "what leaves a sandbox passes a filter"}


def search(query, limit=3):
    return [text for title, text in NOTES.items() if query.lower() in title.lower()][:limit]


class Stream:
    """A session's WebSocket, as much of RFC 6455 as it takes: whole text messages, masked on the way out."""

    def __init__(self, session):
        self.socket = socket.create_connection((ENGINE.hostname, ENGINE.port or 80))
        self.file = self.socket.makefile("rb")
        lines = [
            f"GET /session/{session}/stream HTTP/1.1",
            f"Host: {ENGINE.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            *([f"Authorization: Bearer {KEY}"] if KEY else []),
        ]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        status = self.file.readline()
        if b" 101 " not in status:
            raise ConnectionError(status.decode().strip())
        while self.file.readline().strip():
            pass

    def send(self, **message):
        body = json.dumps(message).encode()
        size = len(body)
        length = bytes([128 | size]) if size < 126 else b"\xfe" + size.to_bytes(2) if size < 65536 else b"\xff" + size.to_bytes(8)
        mask = os.urandom(4)
        self.socket.sendall(b"\x81" + length + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(body)))

    def receive(self):
        """The next message. One larger than a frame comes in several, of which the last has its first bit set."""
        body, final = b"", False
        while not final:
            first, size = self.file.read(2)
            if size >= 126:
                size = int.from_bytes(self.file.read(2 if size == 126 else 8))
            data = self.file.read(size)
            if first & 15 == 8:
                raise ConnectionError("the engine closed the connection")
            if first & 15 < 3:
                body, final = body + data, first >= 128
        return json.loads(body)


def run(stream, code, functions):
    """Runs code, prints what it prints, answers its calls, and returns how it ended."""
    stream.send(type="execute", code=code, functions=list(functions))
    while True:
        event = stream.receive()
        match event["type"]:
            case "stdout":
                print(event["text"], end="")
            case "call":
                try:
                    answer = {"value": functions[event["name"]](*event["args"], **event["kwargs"])}
                except Exception as error:
                    answer = {"error": {"name": type(error).__name__, "message": str(error)}}
                stream.send(type="reply", call=event["call"], **answer)
            case "end":
                return event


def main():
    request = urllib.request.Request(f"{ENGINE.geturl()}/session", method="POST")
    if KEY:
        request.add_header("Authorization", f"Bearer {KEY}")
    session = json.load(urllib.request.urlopen(request))["session_id"]
    end = run(
        Stream(session),
        "for found in search('gvisor', limit=1): print(found)\n"
        "try:\n    search()\nexcept TypeError as e:\n    print('as in any Python:', e)",
        {"search": search},
    )
    print(end["execution"]["outcome"])


main()
