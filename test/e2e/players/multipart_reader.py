"""Reads parts of a multipart stream with nothing but Python's own library and prints what they say, as JSON."""

import json
import sys
import urllib.request
from http.client import parse_headers


def read_parts(url: str, count: int):
    with urllib.request.urlopen(url, timeout=20) as answer:
        boundary = b"--" + answer.headers.get_param("boundary").encode()
        if answer.readline().strip() != boundary:
            raise SystemExit("the stream does not begin with its boundary")
        for _ in range(count):
            headers = parse_headers(answer)
            jpeg = answer.read(int(headers["Content-Length"]))
            rest = answer.readline() + answer.readline()
            yield {
                "type": headers.get_content_type(),
                "sequence": int(headers["X-Sequence"]),
                "timestamp": float(headers["X-Timestamp"]),
                "isJpeg": jpeg[:2] == b"\xff\xd8" and jpeg[-2:] == b"\xff\xd9",
                "isDelimited": rest == b"\r\n" + boundary + b"\r\n",
            }


print(json.dumps(list(read_parts(sys.argv[1], int(sys.argv[2])))))
