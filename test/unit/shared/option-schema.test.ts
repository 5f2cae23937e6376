import { describe, expect, it } from 'vitest';
import {
  filePath,
  frameRate,
  hostAddress,
  lineOfText,
  oneOf,
  orOff,
  positiveNumber,
  trueOrFalse,
  wholeNumber,
} from '../../../shared/option-schema.js';

const port = wholeNumber(0, 65_535);
const seconds = positiveNumber(100, 'seconds');
const level = oneOf(['info', 'warn']);

describe('the schemas of option values', () => {
  it.each([
    [port, '8000', 8000],
    [port, 0, 0],
    [port, '65535', 65_535],
    [seconds, '.5', 0.5],
    [seconds, 100, 100],
    [frameRate(240), '30000/1001', 30_000 / 1001],
    [frameRate(240), 29.97, 29.97],
    [trueOrFalse(), 'true', true],
    [trueOrFalse(), false, false],
    [level, 'INFO', 'info'],
    [lineOfText(3), 'ä€ ', 'ä€ '],
    [filePath(), '-a "b"\n', '-a "b"\n'],
    [orOff(port), 'off', null],
    [orOff(port), 'false', null],
    [orOff(port), false, null],
    [orOff(port), '0', 0],
    [hostAddress(), 'localhost', 'localhost'],
    [hostAddress(), '0.0.0.0', '0.0.0.0'],
    [hostAddress(), '::', '::'],
    [hostAddress(), '[::1]', '::1'],
    [hostAddress(), 'fe80::1%eth0', 'fe80::1%eth0'],
    [hostAddress(), 'my_host.example-1.com', 'my_host.example-1.com'],
    [hostAddress(), 'bücher.example', 'bücher.example'],
  ])('take (%#) %j -> %j', (schema, given, value) => {
    expect(schema.parse(given)).toBe(value);
  });

  it.each([
    [port, '65536'],
    [port, '-1'],
    [port, '1.5'],
    [port, NaN],
    [port, true],
    [port, []],
    [seconds, '0'],
    [seconds, 100.1],
    [seconds, Infinity],
    [frameRate(240), '241'],
    [frameRate(240), '1/0'],
    [trueOrFalse(), 'yes'],
    [trueOrFalse(), 1],
    [level, 'debug'],
    [level, 5],
    [lineOfText(3), ''],
    [lineOfText(3), 'abcd'],
    [lineOfText(3), 'a\n'],
    [lineOfText(3), 12],
    [filePath(), ''],
    [filePath(), 'a\0'],
    [orOff(port), 'on'],
    [orOff(port), true],
    [hostAddress(), ''],
    [hostAddress(), 'a b'],
    [hostAddress(), 'host:80'],
    [hostAddress(), '127.0.0.1:80'],
    [hostAddress(), '256.0.0.1'],
    [hostAddress(), '1.2.3'],
    [hostAddress(), '*'],
    [hostAddress(), '[host]'],
    [hostAddress(), 'http://host'],
    [hostAddress(), '-host'],
    [hostAddress(), 'a'.repeat(254)],
    [hostAddress(), 8000],
  ])('refuse (%#) %j', (schema, given) => {
    expect(schema.safeParse(given).success).toBe(false);
  });

  it('say what they take', () => {
    expect(port.description).toBe('a whole number from 0 to 65535');
    expect(seconds.description).toBe('a number of seconds above 0 and at most 100');
    expect(positiveNumber(2).description).toBe('a number above 0 and at most 2');
    expect(orOff(port).description).toBe('a whole number from 0 to 65535, or off');
    expect(level.description).toBe('one of info, warn');
  });
});
