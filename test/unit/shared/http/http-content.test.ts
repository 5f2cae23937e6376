import { describe, expect, it } from 'vitest';
import { contentOfBytes, contentOfType, mayBePicture } from '../../../../shared/http/http-content.js';

describe('contentOfType', () => {
  it.each([
    ['multipart/x-mixed-replace; boundary=frame', 'multipart'],
    ['Multipart/Mixed', 'multipart'],
    ['image/jpeg', 'jpeg'],
    [' IMAGE/JPG ; q=1', 'jpeg'],
    ['image/pjpeg', 'jpeg'],
    ['video/mp4', 'video'],
    ['video/x-flv', 'video'],
    ['application/vnd.apple.mpegurl', 'video'],
    ['application/x-mpegURL', 'video'],
    ['audio/mpegurl; charset=utf-8', 'video'],
    ['audio/x-mpegurl', 'video'],
    ['application/dash+xml', 'video'],
    ['application/octet-stream', 'unknown'],
    ['text/plain; charset=utf-8', 'unknown'],
    ['', 'unknown'],
    [undefined, 'unknown'],
    ['text/html; charset=utf-8', 'other'],
    ['application/json', 'other'],
    ['image/png', 'other'],
    ['audio/mpeg', 'other'],
    ['x-multipart/video', 'other'],
  ])('%j is %s', (type, content) => {
    expect(contentOfType(type)).toBe(content);
  });
});

describe('contentOfBytes', () => {
  it.each([
    ['\xff\xd8\xff\xe0\0\x10JFIF\0', 'jpeg'],
    ['--frame\r\nContent', 'multipart'],
    ['\r\n--frame\r\nCont', 'multipart'],
    ['#EXTM3U\n#EXT-X-V', 'video'],
    ['\0\0\0\x20ftypisom\0\0\0\0', 'video'],
    ['G\x40\0\x10\0\0\0\0\0\0\0\0\0\0\0\0', 'video'],
    ['<!doctype html><', 'other'],
    ['  \n<html><body>He', 'other'],
    ['{"error":"login"}', 'other'],
    ['', 'other'],
    ['\xff\xd8\xff', 'other'],
  ])('%j begins something of kind %s', (head, content) => {
    expect(contentOfBytes(Buffer.from(head, 'latin1'))).toBe(content);
  });
});

describe('mayBePicture', () => {
  it.each([
    ['image/jpeg', true],
    ['image/x-whatever', true],
    ['application/octet-stream', true],
    [undefined, true],
    ['text/plain', false],
    ['application/json', false],
    ['video/mp4', false],
  ])('a part of type %j: %s', (type, may) => {
    expect(mayBePicture(type)).toBe(may);
  });
});
