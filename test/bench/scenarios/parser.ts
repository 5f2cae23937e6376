import { median } from '../quantiles.js';
import type { Scenario, ScenarioResult } from '../scenario.js';
import { cell } from '../table.js';
import type { ParserCommands } from '../workers/parser-worker.js';

const JPEG_BYTES = 30_000;
const ROUNDS = 5;
const MIN_MB_PER_SECOND = 1000;

/** How fast one core takes the protocol apart. */
export const parser: Scenario = {
  name: 'parser',
  title: 'Parser: one core, from chunks in memory to messages',
  async run({ children, quick, say }): Promise<ScenarioResult> {
    const durationMs = quick ? 200 : 1000;
    const worker = children.worker<ParserCommands>('parser-worker');
    const frames = [];
    const acks = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      say(`round ${round + 1}`);
      frames.push(await worker.call('frames', { jpegBytes: JPEG_BYTES, durationMs }));
      acks.push(await worker.call('acks', { durationMs }));
    }
    await worker.end();
    const rates = (speeds: readonly { messages: number; bytes: number; seconds: number }[]) => ({
      mbPerSecond: median(speeds.map(({ bytes, seconds }) => bytes / seconds / 1e6)),
      messagesPerSecond: median(speeds.map(({ messages, seconds }) => messages / seconds)),
    });
    const frameRates = rates(frames);
    const ackRates = rates(acks);
    const rows = [
      [`frames of ${JPEG_BYTES / 1000} KB in chunks of 64 KiB`, frameRates],
      ['acknowledgements, one in a chunk', ackRates],
    ] as const;
    return {
      tables: [
        {
          title: `Medians of ${ROUNDS} rounds in turn`,
          head: ['messages', 'MB/s', 'messages/s'],
          rows: rows.map(([name, speed]) => [name, cell(speed.mbPerSecond), cell(speed.messagesPerSecond)]),
        },
      ],
      bars: [
        { name: 'frames', measured: frameRates.mbPerSecond, relation: '>=', limit: MIN_MB_PER_SECOND, unit: 'MB/s' },
      ],
      notes: [],
      figures: { frames, acks },
    };
  },
};
