"""Frames of a frame-streamer server as numpy arrays, each with its age and the error of that age."""

from .client import StreamClient
from .errors import StreamerError
from .frame import Frame

__all__ = ["Frame", "StreamClient", "StreamerError"]
__version__ = "0.1.0"
