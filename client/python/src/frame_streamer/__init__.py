"""Frames of a frame-streamer server as numpy arrays, each with its age and the error of that age."""

from .bench_device import BenchDevice
from .bench_status import BenchResult, BenchStatus
from .client import StreamClient
from .clock import ClockEstimate
from .counters import Counters
from .errors import StreamerError
from .frame import Frame

__all__ = [
    "BenchDevice",
    "BenchResult",
    "BenchStatus",
    "ClockEstimate",
    "Counters",
    "Frame",
    "StreamClient",
    "StreamerError",
]
__version__ = "0.1.0"
