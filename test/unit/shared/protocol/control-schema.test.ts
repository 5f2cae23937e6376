import { describe, expect, it } from 'vitest';

import { StreamerError } from '../../../../shared/errors.js';
import { decodeMessage } from '../../../../shared/protocol/codec.js';
import { maxFpsSchema, nameSchema, policySchema } from '../../../../shared/protocol/control-schema.js';
import { streamNameSchema, tokenSchema } from '../../../../shared/protocol/control-schema.js';
import { MAX_BODY_BYTES, MessageType } from '../../../../shared/protocol/messages.js';

const HELLO = '"version":1,"name":"demo","subscriptions":[]';

describe('a hostile HELLO', () => {
  it.each([
    ['__proto__', '"__proto__":{"token":"stolen","isAdmin":true}'],
    ['constructor', '"constructor":{"prototype":{"isAdmin":true}}'],
    ['toString', '"toString":1,"valueOf":null,"hasOwnProperty":0'],
  ])('with the key %s changes nothing', (_key, extra) => {
    const body = decodeHello(`{${HELLO},${extra}}`);
    expect(body).toStrictEqual({ version: 1, name: 'demo', subscriptions: [] });
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });

  it('may nest what we ignore as deep as fits', () => {
    const depth = 8000;
    const nested = '['.repeat(depth) + ']'.repeat(depth);
    expect(decodeHello(`{${HELLO},"zoom":${nested}}`)).toMatchObject({ name: 'demo' });
  });

  it('is refused for a nested value where a plain one is due', () => {
    const nested = '{"a":'.repeat(2000) + '1' + '}'.repeat(2000);
    expect(errorOf(`{"version":1,"name":${nested},"subscriptions":[]}`)).toMatchObject({ code: 'BAD_MESSAGE' });
  });

  it('of open brackets only is refused', () => {
    expect(errorOf('['.repeat(MAX_BODY_BYTES[MessageType.HELLO]))).toMatchObject({ code: 'BAD_MESSAGE' });
  });
});

describe('the error of a malformed body', () => {
  it.each([
    ['nonsense', 'HELLO.body is not JSON in UTF-8.'],
    ['[]', 'HELLO.body is not allowed (Invalid input: expected object, received array).'],
    ['{}', 'HELLO.version is not allowed (Invalid input: expected number, received undefined).'],
    ['{"version":1,"name":"\\u0007","subscriptions":[]}', 'HELLO.name must hold printable characters only.'],
    ['{"version":1,"name":"x"}', 'HELLO.subscriptions must be an array of at most 64.'],
    [
      '{"version":1,"name":"x","subscriptions":[{},{"policy":"queue:0"}]}',
      'HELLO.subscriptions[1].policy must be "latest", "every" or "queue:N" with N from 1 to 1000.',
    ],
  ])('for %s names the field', (json, message) => {
    expect(errorOf(json).message).toBe(message);
  });

  it('never repeats what the peer sent', () => {
    const secret = 'SECRET\u001b[2J';
    const field = JSON.stringify(secret);
    for (const json of [secret, field, `{${field}:1}`, `{"version":${field}}`, `{"version":1,"name":${field}}`]) {
      expect(errorOf(json).message).not.toContain('SECRET');
    }
  });
});

describe('the schemas of single values', () => {
  it.each([
    [nameSchema, 'Küche 📷', true],
    [nameSchema, ' ', true],
    [nameSchema, 'x'.repeat(128), true],
    [nameSchema, 'x'.repeat(129), false],
    [nameSchema, '', false],
    [nameSchema, 'a\u0085b', false],
    [nameSchema, 'a\u200bb', false],
    [nameSchema, 'a\u2028b', false],
    [nameSchema, 'a\udc00', false],
    [streamNameSchema, 'cam-1_front.left', true],
    [streamNameSchema, '*', false],
    [streamNameSchema, 'ü', false],
    [streamNameSchema, 'a\n', false],
    [streamNameSchema, 'x'.repeat(65), false],
    [policySchema, 'latest', true],
    [policySchema, 'every', true],
    [policySchema, 'queue:1', true],
    [policySchema, 'queue:999', true],
    [policySchema, 'queue:1000', true],
    [policySchema, 'queue:1001', false],
    [policySchema, 'queue:0', false],
    [policySchema, 'queue:', false],
    [policySchema, 'queue:1e2', false],
    [policySchema, 'latest\n', false],
    [policySchema, ['latest'], false],
    [tokenSchema, '', true],
    [tokenSchema, 't'.repeat(1024), true],
    [tokenSchema, 't'.repeat(1025), false],
    [maxFpsSchema, Number.MIN_VALUE, true],
    [maxFpsSchema, 1000, true],
    [maxFpsSchema, 0, false],
    [maxFpsSchema, 1000.001, false],
    [maxFpsSchema, NaN, false],
    [maxFpsSchema, Infinity, false],
  ])('%#: %j', (schema, value, allowed) => {
    expect(schema.safeParse(value).success).toBe(allowed);
  });
});

function decodeHello(json: string): unknown {
  const message = decodeMessage(MessageType.HELLO, Buffer.from(json));
  return message?.type === MessageType.HELLO ? message.body : message;
}

function errorOf(json: string): StreamerError {
  try {
    decodeHello(json);
  } catch (error) {
    if (error instanceof StreamerError) return error;
    throw error;
  }
  throw new Error('the body was accepted');
}
