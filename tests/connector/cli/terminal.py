"""A program on a pseudo-terminal, as a person has it in front of them."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from pathlib import Path

_TIMEOUT = 120.0
"""Seconds after which a program that hangs is given up; only then does anybody wait so long."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """A started program whose stdin, stdout and stderr are one terminal.

    Args:
        command: What to start.
        environment: Its environment, whole.
        stdout: A file for its stdout, as `> file` does; the terminal when left out.
        columns: How wide the terminal is.
    """

    def __init__(
        self, command: list[str], environment: dict[str, str], stdout: Path | None = None, columns: int = 80
    ) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        # The kernel throws away what is on its way when Ctrl-C is pressed, and a busy machine may do so only after the
        # program has said its last words.
        attributes = termios.tcgetattr(theirs)
        attributes[3] |= termios.NOFLSH
        termios.tcsetattr(theirs, termios.TCSANOW, attributes)
        self.raw = ""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        out = stdout.open("wb") if stdout else None
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=theirs,
            stdout=out or theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - for Ctrl-C from the terminal
        )
        os.close(theirs)
        if out:
            out.close()

    @property
    def text(self) -> str:
        """What is on the screen, without colours."""
        return _COLOURS.sub("", self.raw).replace("\r\n", "\n")

    def wait_for(self, text: str) -> str:
        """What is on the screen once the text has appeared.

        Raises:
            AssertionError: It did not.
        """
        deadline = time.monotonic() + _TIMEOUT
        while text not in self.text:
            if not self._read(deadline):
                raise AssertionError(f"“{text}” did not appear on:\n{self.text}")
        return self.text

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._ours, text.encode())

    def end(self) -> int:
        """The exit status, once the program is over."""
        deadline = time.monotonic() + _TIMEOUT
        while self._read(deadline):
            pass
        return self._process.wait(_TIMEOUT)

    def close(self) -> None:
        """Clear away what is left."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._ours)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            chunk = os.read(self._ours, 65_536)
        except OSError:  # how Linux says that nobody has the other end open any more
            return False
        self.raw += self._decode(chunk)
        return bool(chunk)
