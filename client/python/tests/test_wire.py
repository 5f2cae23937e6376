"""Holds the messages to the vectors of test/vectors, which every implementation shares."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from frame_streamer.bench_notices import DEVICE_KINDS, device_notice_from
from frame_streamer.control import notice_from, stream_change_from, welcome_from
from frame_streamer.errors import StreamerError
from frame_streamer.wire import FROM_CLIENT, FROM_SERVER, Fields, Parser, encode

VECTORS = Path(__file__).resolve().parents[3] / "test" / "vectors"
CHECKS = {
    "WELCOME": welcome_from,
    "STREAM": stream_change_from,
    "ERROR": notice_from,
    "BYE": notice_from,
    "BENCH": device_notice_from,
}


def vectors(file: str) -> list[Any]:
    return [pytest.param(vector, id=vector["name"]) for vector in json.loads((VECTORS / file).read_text())]


def receivers(vector: Fields) -> list[frozenset[str]]:
    """What each side that may receive the vector accepts."""
    sides = {"client-to-server": [FROM_CLIENT], "server-to-client": [FROM_SERVER]}
    return sides.get(vector["direction"], [FROM_CLIENT, FROM_SERVER])


def expected(vector: Fields) -> list[tuple[str, Fields]]:
    if vector["type"] is None:
        return []
    fields = dict(vector["fields"])
    if vector["type"] == "FRAME":
        fields["jpeg"] = bytes.fromhex(fields["jpeg"])
    return [(vector["type"], fields)]


def known(messages: list[tuple[str, Fields]], vector: Fields) -> list[tuple[str, Fields]]:
    """Keys that a later version may add are kept here, and used by nobody."""
    return [(name, only_keys_of(fields, vector["fields"])) for name, fields in messages]


def only_keys_of(value: Any, pattern: Any) -> Any:
    if isinstance(pattern, dict):
        return {key: only_keys_of(value[key], pattern[key]) for key in pattern}
    if isinstance(pattern, list):
        return [only_keys_of(item, model) for item, model in zip(value, pattern)]
    return value


@pytest.mark.parametrize("vector", vectors("valid.json"))
def test_valid_messages_decode(vector: Fields) -> None:
    for accepts in receivers(vector):
        messages = list(Parser(accepts).feed(bytes.fromhex(vector["hex"])))
        if accepts is FROM_SERVER and is_for_devices(vector):
            check_bounds(messages)
        assert known(messages, vector) == expected(vector)
        if vector["canonical"]:
            assert messages == expected(vector)


@pytest.mark.parametrize("vector", vectors("valid.json"))
def test_valid_messages_decode_cut_anywhere(vector: Fields) -> None:
    data = bytes.fromhex(vector["hex"])
    for accepts in receivers(vector):
        whole = list(Parser(accepts).feed(data))
        for cut in range(len(data) + 1):
            parser = Parser(accepts)
            assert [*parser.feed(data[:cut]), *parser.feed(data[cut:])] == whole
        parser = Parser(accepts)
        assert [message for byte in data for message in parser.feed(bytes([byte]))] == whole


@pytest.mark.parametrize("vector", [param for param in vectors("valid.json") if param.values[0]["canonical"]])
def test_fields_encode(vector: Fields) -> None:
    [(name, fields)] = expected(vector)
    assert encode(name, fields).hex() == vector["hex"]


def checked_here() -> list[Any]:
    """All but the bounds of what clients send, which are for servers to check."""
    params = vectors("invalid.json")
    return [param for param in params if param.values[0]["layer"] != "schema" or is_for_us(param.values[0])]


def is_for_us(vector: Fields) -> bool:
    return bool(vector["direction"] != "client-to-server")


@pytest.mark.parametrize("vector", checked_here())
def test_invalid_messages_are_refused(vector: Fields) -> None:
    data = bytes.fromhex(vector["hex"])
    for accepts in [FROM_SERVER] if vector["layer"] == "schema" else receivers(vector):
        for pieces in ([data], [data[i : i + 1] for i in range(len(data))]):
            with pytest.raises(StreamerError) as caught:
                take_in(Parser(accepts), pieces)
            assert caught.value.code == vector["error"]
            assert not caught.value.from_server


def is_for_devices(vector: Fields) -> bool:
    """All but what the coordinator of a benchmark is told, which this client never is."""
    return vector["type"] != "BENCH" or vector["fields"]["kind"] in DEVICE_KINDS


def test_no_vector_is_left_out() -> None:
    directions = {param.values[0]["direction"] for param in [*vectors("valid.json"), *vectors("invalid.json")]}
    assert directions == {"client-to-server", "server-to-client", "both"}


def test_messages_before_a_broken_one_are_had() -> None:
    ping = encode("PING", {"t0Us": 7})
    parser = Parser()
    messages = parser.feed(ping + ping + b"\0\0\0\0")
    assert [next(messages), next(messages)] == [("PING", {"t0Us": 7})] * 2
    with pytest.raises(StreamerError, match="BAD_MESSAGE"):
        next(messages)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "true", '"1"', "null", "0.5"])
def test_what_is_a_number_to_python_alone_is_refused(number: str) -> None:
    template = {"version": 1, "sessionId": "s", "statsIntervalMs": 1000, "streams": [], "subscribed": []}
    body = json.dumps(template).replace('"version": 1', f'"version": {number}').encode()
    data = (len(body) + 1).to_bytes(4, "big") + b"\x02" + body
    with pytest.raises(StreamerError, match="BAD_MESSAGE"):
        take_in(Parser(), [data])


def test_a_sentence_cannot_move_the_cursor_of_a_terminal() -> None:
    notice = notice_from({"code": "INTERNAL", "message": "a\nb\x1b[2J\u202ec\ud800"})
    assert notice.message == "a b\ufffd[2J\ufffdc\ufffd"


def take_in(parser: Parser, pieces: list[bytes]) -> None:
    """As a connection does."""
    for piece in pieces:
        check_bounds(parser.feed(piece))


def check_bounds(messages: Iterable[tuple[str, Fields]]) -> None:
    for name, fields in messages:
        CHECKS.get(name, dict)(fields)
