import { readFileSync } from 'node:fs';

import { CLIENT_ACCEPTS, SERVER_ACCEPTS } from '../../shared/protocol/parser.js';
import type { MessageType } from '../../shared/protocol/messages.js';

/** Who may send the bytes of a vector. */
export type Direction = 'client-to-server' | 'server-to-client' | 'both';

/** A message that must decode to `fields`; a canonical one is also what encoding the fields gives. */
export interface ValidVector {
  readonly name: string;
  readonly direction: Direction;
  readonly type: keyof typeof MessageType | null;
  readonly canonical: boolean;
  readonly hex: string;
  readonly fields: Readonly<Record<string, unknown>> | null;
}

/** Bytes that must end in `error` as soon as they are in. */
export interface InvalidVector {
  readonly name: string;
  readonly direction: Direction;
  readonly layer: 'framing' | 'body' | 'json' | 'schema';
  readonly error: string;
  readonly hex: string;
}

/** The vectors of test/vectors, see README.md there. */
export const validVectors = readVectors('valid.json') as readonly ValidVector[];
export const invalidVectors = readVectors('invalid.json') as readonly InvalidVector[];

/** What each side that may receive a vector accepts: one set, or both for a message that goes both ways. */
export function receiversOf(vector: { readonly direction: Direction }): readonly ReadonlySet<MessageType>[] {
  if (vector.direction === 'client-to-server') return [SERVER_ACCEPTS];
  if (vector.direction === 'server-to-client') return [CLIENT_ACCEPTS];
  return [SERVER_ACCEPTS, CLIENT_ACCEPTS];
}

function readVectors(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8'));
}
