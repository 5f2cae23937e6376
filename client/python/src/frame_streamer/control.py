"""The JSON bodies that a server sends, checked field by field (docs/protocol.md, "JSON bodies")."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import StreamerError

Fields = dict[str, Any]

_MAX_NUMBER = 2**53 - 1
_MAX_U16 = 65_535
_MAX_STREAMS = 1024
_MAX_FEATURES = 32
_STREAM_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_MODES = ("pass-through", "encoded", "unknown")
_STATES = ("idle", "connecting", "live", "degraded", "silent", "frozen", "clock-jump", "offline", "ended")
_EVENTS = ("appeared", "changed", "down", "up", "ended", "removed")
_TIME_SOURCES = ("schedule", "arrival", "source")
#: These would move a terminal's cursor, reorder its text or break it off.
_NOT_PRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True)
class Notice:
    """Why something is as it is: a code for programs, a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True)
class StreamInfo:
    """What is used of a stream's description."""

    id: int
    name: str
    #: With another one the sequence numbers begin anew.
    start_time_us: int
    state: str
    #: Nominal rate; 0 while it is not known.
    fps: float


@dataclass(frozen=True)
class Welcome:
    version: int
    stats_interval_ms: int
    streams: tuple[StreamInfo, ...]
    subscribed: tuple[int, ...]
    #: What the server knows beyond the first form of the protocol, such as `bench`.
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class StreamChange:
    event: str
    stream: StreamInfo
    reason: Notice | None


def is_stream_name(text: str) -> bool:
    """Whether a stream may be called that."""
    return _STREAM_NAME.fullmatch(text) is not None


def welcome_from(fields: Fields) -> Welcome:
    """Body of WELCOME, of any version. Raises StreamerError BAD_MESSAGE, as all here do."""
    version = whole(fields, "version", 0, _MAX_U16)
    text_of(fields, "sessionId", lambda text: 1 <= utf16_length(text) <= 128 and to_printable(text) == text)
    return Welcome(
        version=version,
        stats_interval_ms=whole(fields, "statsIntervalMs", 10, 3_600_000),
        streams=tuple(_stream_from(_object({"streams": item}, "streams")) for item in _list(fields, "streams")),
        subscribed=tuple(
            whole({"subscribed": item}, "subscribed", 0, _MAX_U16) for item in _list(fields, "subscribed")
        ),
        features=_features_from(fields),
    )


def stream_change_from(fields: Fields) -> StreamChange:
    """Body of STREAM."""
    event = one_of(fields, "event", _EVENTS)
    stream = _stream_from(_object(fields, "stream"))
    reason = notice_from(_object(fields, "reason")) if "reason" in fields else None
    return StreamChange(event, stream, reason)


def notice_from(fields: Fields) -> Notice:
    """Body of ERROR and BYE. The sentence is made printable, since it may come from anywhere."""
    code = text_of(fields, "code", lambda text: _CODE.fullmatch(text) is not None)
    return Notice(code, to_printable(text_of(fields, "message", lambda text: utf16_length(text) <= 1024)))


def to_printable(text: str) -> str:
    """`text` on one line and safe for a terminal: white space becomes a space, anything else not printable U+FFFD."""
    one_line = re.sub(r"[\t\n\r]+", " ", text)
    return "".join("\ufffd" if unicodedata.category(char) in _NOT_PRINTABLE else char for char in one_line)


def _features_from(fields: Fields) -> tuple[str, ...]:
    if "features" not in fields:
        return ()
    features = _list(fields, "features", _MAX_FEATURES)
    return tuple(text_of({"features": item}, "features", lambda text: utf16_length(text) <= 32) for item in features)


def _stream_from(fields: Fields) -> StreamInfo:
    encoding = _object(fields, "encoding")
    one_of(encoding, "mode", _MODES)
    text_of(encoding, "reason", lambda text: utf16_length(text) <= 200)
    whole(fields, "width", 0, _MAX_U16)
    whole(fields, "height", 0, _MAX_U16)
    one_of(fields, "timeSource", _TIME_SOURCES)
    return StreamInfo(
        id=whole(fields, "id", 0, _MAX_U16),
        name=text_of(fields, "name", is_stream_name),
        start_time_us=whole(fields, "startTimeUs", 0, _MAX_NUMBER),
        state=one_of(fields, "state", _STATES),
        fps=_number(fields, "fps", 0, 1000),
    )


def _number(fields: Fields, key: str, least: int, greatest: int) -> float:
    value = fields.get(key)
    # True and False are numbers to Python.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= greatest:
        raise _refusal(key)
    return value


def whole(fields: Fields, key: str, least: int, greatest: int) -> int:
    """A whole number from `least` to `greatest`. Raises StreamerError BAD_MESSAGE, as the next ones do."""
    value = _number(fields, key, least, greatest)
    if value != int(value):
        raise _refusal(key)
    return int(value)


def text_of(fields: Fields, key: str, fits: Callable[[str], bool]) -> str:
    """Text for which `fits` holds."""
    value = fields.get(key)
    if not isinstance(value, str) or not fits(value):
        raise _refusal(key)
    return value


def one_of(fields: Fields, key: str, words: tuple[str, ...]) -> str:
    """One of `words`."""
    return text_of(fields, key, lambda text: text in words)


def _object(fields: Fields, key: str) -> Fields:
    value = fields.get(key)
    if not isinstance(value, dict):
        raise _refusal(key)
    return value


def _list(fields: Fields, key: str, max_items: int = _MAX_STREAMS) -> list[Any]:
    value = fields.get(key)
    if not isinstance(value, list) or len(value) > max_items:
        raise _refusal(key)
    return value


def utf16_length(text: str) -> int:
    """Lengths on the wire count what JavaScript counts."""
    return len(text) + sum(char > "\uffff" for char in text)


def _refusal(key: str) -> StreamerError:
    return StreamerError("BAD_MESSAGE", f"The server's message has no {key} that is allowed.")
