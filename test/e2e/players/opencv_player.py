"""Plays a stream of numbered pictures with OpenCV and prints their size and the gray values that show their numbers."""

import json
import sys

import cv2


def main(url: str, count: int, bits: int) -> None:
    capture = cv2.VideoCapture(url)
    fields = []
    size = None
    while len(fields) < count:
        is_read, image = capture.read()
        if not is_read:
            raise SystemExit(f"no more than {len(fields)} pictures came")
        gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        size = [gray.shape[1], gray.shape[0]]
        width = gray.shape[1] // bits
        row = gray[gray.shape[0] // 2]
        fields.append([int(row[n * width + width // 2]) for n in range(bits)])
    print(json.dumps({"size": size, "fields": fields}))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
