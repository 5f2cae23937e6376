"""Frames of a frame-streamer server as numpy arrays, each with its age and the error of that age."""

from .client import StreamClient
from .clock import ClockEstimate
from .counters import Counters
from .errors import StreamerError
from .frame import Frame

__all__ = ["ClockEstimate", "Counters", "Frame", "StreamClient", "StreamerError"]
__version__ = "0.1.0"
