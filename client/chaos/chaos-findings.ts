import { formatBytes, formatDurationUs } from '../../shared/units.js';
import type { Finding } from '../report/run-report-schema.js';
import { attackFindings } from './attack-findings.js';
import type { AttackFigures } from './attack-tally.js';
import { harmDone } from './harm.js';
import type { Harm, HarmLimits } from './harm.js';

/** What the good clients are held against, and what is known of the run. */
export interface AttackFacts {
  readonly limits: HarmLimits;
  /** Whether their latencies are about the server, and not about this machine. */
  readonly isValid: boolean;
  /** Whether the attack was measured to its end. */
  readonly isAttackWhole: boolean;
  /** Whether anything was measured after it. */
  readonly hasAfter: boolean;
  /** What came to one good client during the attack; null where nothing did. */
  readonly goodBytesPerMs: number | null;
}

/** What the figures of an attack say, each with those it comes from. */
export function chaosFindings(harm: Harm, attacks: readonly AttackFigures[], facts: AttackFacts): Finding[] {
  return [
    ...harmFindings(harm, facts),
    ...skipFindings(harm),
    ...memoryFindings(harm),
    ...attackFindings(attacks, facts.goodBytesPerMs),
  ];
}

function harmFindings(harm: Harm, { limits, isValid, isAttackWhole, hasAfter }: AttackFacts): Finding[] {
  const { p99Before, p99During, p99After, lostDuring, lostAfter, fpsBefore, fpsDuring, fpsAfter } = harm;
  const figures = [
    `p99 before ${formatDurationUs(p99Before)}, during ${formatDurationUs(p99During)}${hasAfter ? `, after ${formatDurationUs(p99After)}` : ''}`,
    `lost during ${lostDuring}${hasAfter ? `, after ${lostAfter}` : ''}`,
    `disconnected ${harm.goodDisconnected}, connected at the end ${harm.goodAtEnd} of ${harm.goodBefore}`,
    `frames a second before ${fpsBefore.toFixed(1)}, during ${fpsDuring.toFixed(1)}${fpsAfter === null ? '' : `, after ${fpsAfter.toFixed(1)}`}`,
  ];
  const done = harmDone(harm, limits);
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
