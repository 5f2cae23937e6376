import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { ERROR_CODES } from '../../../../shared/errors.js';
import { MAX_BODY_BYTES, MAX_UNKNOWN_BODY_BYTES, MessageType } from '../../../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, SERVER_ACCEPTS } from '../../../../shared/protocol/parser.js';
import { validVectors } from '../../../helpers/vectors.js';

const text = readFileSync(new URL('../../../../docs/protocol.md', import.meta.url), 'utf8');

describe('docs/protocol.md', () => {
  it('lists every message with its type and direction', () => {
    const rows = rowsOf('## 3. Messages').map(([type, name, direction]) => [Number(type), name, direction]);
    expect(rows).toEqual(Object.entries(MessageType).map(([name, type]) => [type, name, directionOf(type)]));
  });

  it('lists every limit', () => {
    const rows = rowsOf('## 15. Limits').map(([name, limit]) => [name, Number(limit)]);
    const limits = Object.entries(MessageType).map(([name, type]) => [name, MAX_BODY_BYTES[type]]);
    expect(rows).toEqual([...limits, ['unknown', MAX_UNKNOWN_BODY_BYTES]]);
  });

  it('lists every error that travels', () => {
    const travels = Object.entries(ERROR_CODES).filter(([, error]) => 'wire' in error);
    const rows = rowsOf('## 13. Errors').map(([code]) => code?.replaceAll('`', ''));
    expect(rows).toEqual(travels.map(([code]) => code));
  });

  it('shows bytes that are right', () => {
    const examples = [...text.matchAll(/\(vector `([a-z-]+)`\)[^`]*```\n([0-9a-f\s]+)```/g)];
    const shown = examples.map(([, name, hex]) => ({ name, hex: hex?.replace(/\s/g, '') }));
    const names = ['hello', 'ping', 'welcome', 'pong', 'frame', 'ack', 'credit', 'skipped', 'bye-from-client'];
    expect(shown).toEqual(names.map((name) => ({ name, hex: validVectors.find((v) => v.name === name)?.hex })));
  });
});

/** Cells of the first table after a heading, without its two head lines. */
function rowsOf(heading: string): string[][] {
  const lines = text.slice(text.indexOf(heading)).split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start + 2, start + length).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

function directionOf(type: MessageType): string {
  if (!SERVER_ACCEPTS.has(type)) return 'server to client';
  return CLIENT_ACCEPTS.has(type) ? 'both' : 'client to server';
}
