"""Shows a stream with the age of the picture and the error of that age.

    python opencv_viewer.py machine-a --stream door
    python opencv_viewer.py machine-a --headless --frames 100 --save last.jpg

A window needs the package `opencv-python`; `opencv-python-headless` can draw and save, but has no windows.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import cv2

from frame_streamer import Frame, StreamClient, StreamerError

_FONT = cv2.FONT_HERSHEY_SIMPLEX
#: A picture older than this is no live one.
_OLD_US = 1_000_000


def main() -> int:
    options = parse_options()
    headless = options.headless or not has_windows()
    try:
        with StreamClient(
            options.host,
            options.stream,
            port=options.port,
            token=options.token,
            tls=options.tls_ca or options.tls,
            name="opencv-viewer",
        ) as client:
            return save_frames(client, options) if headless else show_frames(client, options.frames)
    except StreamerError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def show_frames(client: StreamClient, limit: int | None) -> int:
    """Until q or Esc is pressed, or the window is closed. The age goes on rising while nothing comes."""
    frame, shown = None, 0
    while not client.is_over and (limit is None or shown < limit):
        newer = client.take(timeout=0.1)
        shown += newer is not None
        frame = newer or frame
        if frame is not None:
            cv2.imshow("frame-streamer", annotated(frame, client))
        if cv2.waitKey(1) & 0xFF in (ord("q"), 27):
            break
        if shown and cv2.getWindowProperty("frame-streamer", cv2.WND_PROP_VISIBLE) < 1:
            break
    cv2.destroyAllWindows()
    return 0


def save_frames(client: StreamClient, options: argparse.Namespace) -> int:
    """Prints a line for each frame; saves the last one."""
    picture = None
    for count, frame in enumerate(client, 1):
        picture = annotated(frame, client)
        print(f"{frame.sequence} {frame.width}x{frame.height} {latency_text(frame)}", flush=True)
        if count == options.frames:
            break
    if options.save and picture is not None:
        cv2.imwrite(options.save, picture)
    return 0


def annotated(frame: Frame, client: StreamClient) -> Any:
    """A copy of the picture with its age now, in red when that is no live picture, and its latency."""
    picture = frame.image.copy()
    age_us = client.age_us(frame)
    is_old = frame.kept or age_us is None or age_us > _OLD_US
    age = "age unknown" if age_us is None else f"age {age_us / 1000:.0f} ms"
    lines = [(age, (0, 0, 255) if is_old else (255, 255, 255)), (latency_text(frame), (255, 255, 255))]
    if client.state != "live":
        lines.append((client.state, (0, 0, 255)))
    for row, (text, color) in enumerate(lines):
        place = (8, 24 + 22 * row)
        # Black around it can be read on any picture.
        cv2.putText(picture, text, place, _FONT, 0.6, (0, 0, 0), 4, cv2.LINE_AA)
        cv2.putText(picture, text, place, _FONT, 0.6, color, 1, cv2.LINE_AA)
    return picture


def latency_text(frame: Frame) -> str:
    if frame.latency_us is None or frame.error_us is None:
        return "latency unknown"
    return f"latency {frame.latency_us / 1000:.1f} +- {frame.error_us / 1000:.1f} ms"


def has_windows() -> bool:
    """Whether this OpenCV was built with windows, and there is a display for them."""
    try:
        cv2.namedWindow("frame-streamer", cv2.WINDOW_NORMAL)
    except cv2.error:
        print("This OpenCV has no windows; printing instead.", file=sys.stderr)
        return False
    return True


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Shows a stream with the age of the picture.")
    parser.add_argument("host", help="name or address of the server")
    parser.add_argument("--stream", help="its name; the server's first one by default")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--token")
    parser.add_argument("--tls", action="store_true", help="speak TLS")
    parser.add_argument("--tls-ca", metavar="PATH", help="speak TLS, with this authority's certificate")
    parser.add_argument("--headless", action="store_true", help="no window: print a line for each frame")
    parser.add_argument("--frames", type=int, metavar="N", help="end after N frames")
    parser.add_argument("--save", metavar="PATH", help="with --headless: save the last picture")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
