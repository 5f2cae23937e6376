import { formatBytes, formatDurationUs } from '../../shared/units.js';
import type { Finding } from '../report/run-report-schema.js';
import type { AttackFigures } from './attack-tally.js';
import { harmDone } from './harm.js';
import type { Harm } from './harm.js';

/** What the good clients are held against. */
export interface HarmLimits {
  readonly maxHarm: number;
  /** Whether their latencies are about the server, and not about this machine. */
  readonly isValid: boolean;
  /** Whether the attack was measured to its end. */
  readonly isAttackWhole: boolean;
  /** Whether anything was measured after it. */
  readonly hasAfter: boolean;
}

/** What the figures of an attack say, each with those it comes from. */
export function chaosFindings(harm: Harm, attacks: readonly AttackFigures[], limits: HarmLimits): Finding[] {
  return [
    ...harmFindings(harm, limits),
    ...skipFindings(harm),
    ...memoryFindings(harm),
    ...attacks.flatMap(attackFindings),
  ];
}

function harmFindings(harm: Harm, { maxHarm, isValid, isAttackWhole, hasAfter }: HarmLimits): Finding[] {
  const { p99Before, p99During, p99After, lostDuring, lostAfter, goodDisconnected, fpsBefore, fpsDuring } = harm;
  const figures = [
    `p99 before ${formatDurationUs(p99Before)}, during ${formatDurationUs(p99During)}${hasAfter ? `, after ${formatDurationUs(p99After)}` : ''}`,
    `lost during ${lostDuring}${hasAfter ? `, after ${lostAfter}` : ''}`,
    `disconnected ${goodDisconnected}`,
    `frames a second before ${fpsBefore.toFixed(1)}, during ${fpsDuring.toFixed(1)}`,
  ];
  const done = harmDone(harm, maxHarm);
  if (!isValid) {
    const sentence =
      'The good clients and the attack are measured by a machine that did not keep up: harm cannot be told.';
    return [{ severity: 'warning', sentence, figures }];
  }
  if (done.length === 0 && !isAttackWhole) {
    const sentence = 'The attack was ended before its time: that no harm was seen so far proves nothing.';
    return [{ severity: 'note', sentence, figures }];
  }
  if (done.length === 0) return [{ severity: 'good', sentence: 'The good clients were not harmed.', figures }];
  return done.map((harmed) => ({ severity: 'problem', sentence: `Good clients were harmed: ${harmed}.`, figures }));
}

function skipFindings({ skippedBefore, skippedDuring }: Harm): Finding[] {
  if (skippedDuring <= skippedBefore) return [];
  return [
    {
      severity: 'note',
      sentence: 'The server left out more frames for the good clients than before, and said so.',
      figures: [`skipped before ${skippedBefore}, during ${skippedDuring}`],
    },
  ];
}

function memoryFindings({ serverBytesBefore, serverBytesMost, serverBytesAfter, serverCameBack }: Harm): Finding[] {
  if (serverCameBack === null || serverBytesBefore === null || serverBytesAfter === null) {
    const sentence =
      serverBytesBefore === null
        ? "The server's memory is not known: name its API (--server-api) or its process (--server-pid)."
        : "Whether the server's memory comes back was not measured.";
    return [{ severity: 'note', sentence, figures: [] }];
  }
  const figures = [
    `before ${formatBytes(serverBytesBefore)}, most ${formatBytes(serverBytesMost ?? serverBytesBefore)}, after ${formatBytes(serverBytesAfter)}`,
  ];
  return serverCameBack
    ? [{ severity: 'good', sentence: "The server's memory came back after the attack.", figures }]
    : [
        {
          severity: 'warning',
          sentence: "The server's memory did not come back in the time that was watched; watch longer (--phase).",
          figures,
        },
      ];
}

/** Nobody could attack who was not let in: then nothing was shown. */
function attackFindings({ kind, opened, notConnected, codes }: AttackFigures): Finding[] {
  if (opened === 0 || notConnected < opened) return [];
  const figures = [`${kind}: opened ${opened}, not connected ${notConnected}, ${codes[0]?.code ?? 'no code'}`];
  return [{ severity: 'warning', sentence: `No attacker of the kind ${kind} could connect.`, figures }];
}
