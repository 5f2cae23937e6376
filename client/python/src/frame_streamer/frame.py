"""One frame, and its picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from .errors import StreamerError

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Frame:
    """A frame with its age. All times are microseconds."""

    stream: str
    sequence: int
    width: int
    height: int
    jpeg: bytes = field(repr=False)
    #: Since the epoch, in the server's clock.
    capture_time_us: int
    #: What `capture_time_us` means: `schedule` (was due), `arrival` (at the server), `source` (its own clock).
    time_source: str
    #: Since the epoch, in this machine's clock.
    received_time_us: int
    #: Age when it arrived; None while the server's clock is not known, and of a `kept` frame.
    latency_us: int | None
    #: How far `latency_us` can be from the truth.
    error_us: int | None
    #: Whether it is a picture of the past, sent so that who joins late has one at once.
    kept: bool = False

    @cached_property
    def image(self) -> NDArray[numpy.uint8]:
        """The picture as OpenCV has it: height x width x 3 bytes, blue first. Decoded when it is first asked for.

        Raises StreamerError BAD_JPEG.
        """
        import cv2
        import numpy

        # As it was sent: the size of a frame is that of its pixels, whatever a camera says about its orientation.
        flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        try:
            image = cv2.imdecode(numpy.frombuffer(self.jpeg, numpy.uint8), flags)
        except cv2.error:
            image = None
        if image is None:
            raise StreamerError("BAD_JPEG", f"Frame {self.sequence} of {self.stream} is no JPEG that OpenCV reads.")
        return numpy.asarray(image, numpy.uint8)
