"""Runs one side of a conversation beside the test."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_PATIENCE_S = 30.0


class InThread(Generic[T]):
    """Calls a function in a thread; `result` waits for it, and raises what it raised."""

    def __init__(self, function: Callable[..., T], *arguments: Any) -> None:
        self._outcome: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(function, *arguments), daemon=True)
        self._thread.start()

    def result(self) -> T:
        self._thread.join(_PATIENCE_S)
        assert not self._thread.is_alive(), "it does not end"
        if self._error is not None:
            raise self._error
        return self._outcome[0]

    def _run(self, function: Callable[..., T], *arguments: Any) -> None:
        try:
            self._outcome.append(function(*arguments))
        except BaseException as error:
            self._error = error
