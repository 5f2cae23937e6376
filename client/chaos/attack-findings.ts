import { formatBytes } from '../../shared/units.js';
import type { Finding } from '../report/run-report-schema.js';
import { counted, exactCount } from '../report/sections/words.js';
import type { AttackFigures } from './attack-tally.js';

/** How servers say that they are full: in our own protocol, over WebSocket (RFC 6455) and over HTTP. */
const FULL_CODES: ReadonlySet<string> = new Set(['SERVER_FULL', 'CLOSE 1013', 'HTTP 503']);
/** These come and go by themselves, so that how many were there at the end says nothing. */
const FLEETING: ReadonlySet<string> = new Set(['garbage', 'reconnect-storm']);
/** Whoever gets less than this share of what a good client gets is held back by something. */
const HELD_BACK = 0.8;

/** Which attackers did not do what they were there for: then their part of the attack shows little. */
export function attackFindings(attacks: readonly AttackFigures[], goodBytesPerMs: number | null): Finding[] {
  return [
    ...attacks.flatMap(unconnected),
    ...refused(attacks),
    ...attacks.flatMap((attack) => buffered(attack, goodBytesPerMs)),
  ];
}

/** Nobody could attack who was not let in: then nothing was shown. */
function unconnected({ kind, opened, notConnected, codes }: AttackFigures): Finding[] {
  if (opened === 0 || notConnected < opened) return [];
  const figures = [`${kind}: opened ${opened}, not connected ${notConnected}, ${codes[0]?.code ?? 'no code'}`];
  return [{ severity: 'warning', sentence: `No attacker of the kind ${kind} could connect.`, figures }];
}

function refused(attacks: readonly AttackFigures[]): Finding[] {
  const kinds = attacks
    .map((attack) => ({ ...attack, full: attack.codes.filter(({ code }) => FULL_CODES.has(code)) }))
    .filter(({ full }) => full.length > 0);
  if (kinds.length === 0) return [];
  const times = sum(kinds.flatMap(({ full }) => full.map(({ count }) => count)));
  const codes = [...new Set(kinds.flatMap(({ full }) => full.map(({ code }) => code)))].join(', ');
  const staying = kinds.filter(({ kind }) => !FLEETING.has(kind));
  const asked = sum(staying.map((attack) => attack.asked));
  const missing = asked - sum(staying.map(({ stillOpen }) => stillOpen));
  const outside = missing > 0 ? `; ${exactCount(missing)} of ${exactCount(asked)} were not in at the end` : '';
  return [
    {
      severity: 'warning',
      sentence:
        `The server was full and refused ${counted(times, 'connection')} of attackers (${codes})${outside}. ` +
        'A streamer-server has to be started with a --max-clients (100 by default) above all attackers and good clients together.',
      figures: kinds.map(({ kind, stillOpen, ...attack }) => `${kind}: open ${stillOpen} of ${attack.asked}`),
    },
  ];
}

/** A client that reads nothing holds up nobody while the buffers of two kernels have room for all that is sent. */
function buffered({ kind, unread, stillOpen }: AttackFigures, goodBytesPerMs: number | null): Finding[] {
  if (unread === null || goodBytesPerMs === null) return [];
  const { openMs, bytesRead, bytesLate } = unread;
  const dueBytes = openMs * goodBytesPerMs;
  if (dueBytes === 0 || bytesRead + bytesLate < HELD_BACK * dueBytes) return [];
  return [
    {
      severity: 'warning',
      sentence:
        `The ${kind} clients hardly held the server up: when they read at last, there was nearly all that good clients got. ` +
        'It lay in the buffers of the kernels, or the server kept it for them. A longer --phase or larger frames fill the buffers.',
      figures: [
        `${kind}: ${exactCount(stillOpen)} open, read ${formatBytes(bytesRead)}, then ${formatBytes(bytesLate)} when the attack was over`,
        `as many good clients got ${formatBytes(dueBytes)} in that time`,
      ],
    },
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
