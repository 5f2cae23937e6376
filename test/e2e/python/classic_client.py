"""Reads N frames of the classic wire: python3 classic_client.py HOST PORT N"""
import json, socket, struct, sys, time

frames = []
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as sock, sock.makefile('rb') as wire:
    while len(frames) < int(sys.argv[3]) and (head := wire.read(12)):
        length, captured = struct.unpack('>Id', head)
        jpeg = wire.read(length - 8)
        frames.append({'bytes': len(jpeg), 'latencyMs': (time.time() - captured) * 1000,
                       'jpegOk': jpeg[:2] == b'\xff\xd8' and jpeg[-2:] == b'\xff\xd9'})
print(json.dumps(frames))
