"""Errors, with the stable codes that every part of frame-streamer shares."""

from __future__ import annotations

#: A server that refused a client with one of these would do so again (docs/protocol.md, "Errors").
FINAL_CODES = frozenset(
    {
        "BAD_VERSION",
        "BAD_TOKEN",
        "BAD_MESSAGE",
        "MESSAGE_TOO_LONG",
        "UNEXPECTED_MESSAGE",
        "TOO_MANY_MESSAGES",
        "UNKNOWN_STREAM",
        "KICKED",
    }
)


class StreamerError(Exception):
    """What went wrong: a stable `code` for programs, and a sentence that says what to do."""

    def __init__(self, code: str, message: str, *, from_server: bool = False) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        #: Whether the server said so; otherwise it was noticed here.
        self.from_server = from_server

    def __str__(self) -> str:
        return f"{self.message} ({self.code})"

    @property
    def is_final(self) -> bool:
        """Whether connecting again would end the same way."""
        return self.from_server and self.code in FINAL_CODES
