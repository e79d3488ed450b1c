"""A headless Chromium, driven over a pipe by the DevTools protocol."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path
from select import select
from typing import Any, Self

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 30.0  # seconds for the browser to start, or to answer
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-extensions",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
PLUG = """
import os, sys
into, out = (os.dup(int(fd)) for fd in sys.argv[1:3])
into, out = os.dup(into), os.dup(out)  # beyond 4
os.dup2(into, 3), os.dup2(out, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""  # the protocol has descriptors 3 and 4


class Browser:
    """One page of one browser."""

    def __init__(self, url: str, width: int = 1200, height: int = 1250) -> None:
        assert PROGRAM is not None
        self._folder = tempfile.TemporaryDirectory(prefix="zerowire-browser", ignore_cleanup_errors=True)
        size = f"--window-size={width},{height}"
        command = [PROGRAM, *OPTIONS, f"--user-data-dir={self._folder.name}", size, "about:blank"]
        theirs_in, self._write = os.pipe()
        self._read, theirs_out = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-c", PLUG, str(theirs_in), str(theirs_out), *command],
            pass_fds=(theirs_in, theirs_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._serial = count(1)
        self._session = ""
        self._said = b""
        try:
            target = self.call("Target.createTarget", url=url)["targetId"]
            self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            self.call("Page.enable")
        except BaseException:
            self.__exit__()
            raise

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol, and return its result."""
        number = next(self._serial)
        request: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            request["sessionId"] = self._session
        os.write(self._write, json.dumps(request).encode() + b"\0")
        while (reply := self._next()).get("id") != number:
            pass
        assert "error" not in reply, reply
        result: dict[str, Any] = reply["result"]
        return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._said:
            assert select([self._read], [], [], PATIENCE)[0], "the browser does not answer"
            octets = os.read(self._read, 1 << 16)
            assert octets, "the browser has ended"
            self._said += octets
        message, _, self._said = self._said.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def evaluate(self, expression: str) -> Any:
        """Return what an expression of JavaScript is in the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key."""
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if kind == "keyDown" and len(key) == 1 else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, **text)

    def resize(self, width: int, height: int, scale: float = 1) -> None:
        """Be as large as a telephone, say."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=False,
        )

    def screenshot(self, path: Path) -> None:
        """Write what is seen as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session = ""
        try:
            self.call("Browser.close")
            self._process.wait(PATIENCE)
        except (AssertionError, OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        finally:
            os.close(self._write)
            os.close(self._read)
            self._folder.cleanup()
