import { expect, it } from 'vitest';
import { statesDuration } from '../../../../client/probe/stated-duration.js';

it.each([
  ['  Duration: 00:00:04.00, start: 1.500000, bitrate: 0 kb/s', true],
  ['  Duration: 01:00:00.00, bitrate: 12 kb/s', true],
  ['  Duration: N/A, start: 16.000000, bitrate: 27 kb/s', false],
  ['  Duration: 00:00:00.00, start: 0.000000, bitrate: N/A', false],
  ['    title: Duration: 00:00:04.00, ', false],
])('%j states a duration: %s', (line, expected) => {
  expect(statesDuration(line)).toBe(expected);
});
