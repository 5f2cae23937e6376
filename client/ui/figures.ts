import type { LatencyFigures, SecondFigures, Snapshot, StreamSnapshot } from '../metrics/snapshot.js';
import { sparkline, type Size } from './columns.js';
import type { Glyphs } from './glyphs.js';
import type { Paint } from './paint.js';
import { encodingText, sinceText } from './stream-words.js';
import { longestFitting, shortened } from './text.js';
import {
  formatBytes,
  formatCount,
  formatDurationUs,
  formatElapsedMs,
  formatFps,
  formatMbps,
  formatOffset,
  formatPpm,
} from '../../shared/units.js';

const LABEL_COLUMNS = 11;
const RATE_COLUMNS = 12;
/** A panel so wide has room for two latencies with their names in one line. */
const PAIRS_FROM_COLUMNS = 42;

/**
 * The figures of one stream and of the connection as lines of at most `size.columns` cells, the most important ones
 * first, so that a small panel may show the beginning only.
 */
export function figureLines(
  snapshot: Snapshot,
  stream: StreamSnapshot | null,
  size: Size,
  glyphs: Glyphs,
  paint: Paint,
): string[] {
  const lines = [
    ...(stream ? rateLines(stream, size.columns, glyphs, paint) : []),
    ...countLines(snapshot, stream, size.columns, paint),
    ...clockLines(snapshot, size.columns),
    ...(stream ? detailLines(stream, size.columns) : []),
    ...(stream ? originLines(stream, size.columns, glyphs) : []),
  ];
  return lines.slice(0, Math.max(0, size.rows));
}

function rateLines(stream: StreamSnapshot, columns: number, glyphs: Glyphs, paint: Paint): string[] {
  const width = columns - RATE_COLUMNS - 1;
  const line = (text: string, values: readonly number[], max: number): string =>
    `${text.padStart(RATE_COLUMNS)} ${paint(sparkline(values, width, max, glyphs), 'p50')}`;
  const mbps = stream.seconds.map(({ bytes }: SecondFigures) => (bytes * 8) / 1e6);
  const frames = stream.seconds.map((second) => second.frames);
  return [
    line(formatFps(stream.fps.current), frames, stream.nominalFps ?? 0),
    line(formatMbps(stream.throughputMbps.current), mbps, 0),
  ];
}

/** Two columns: what came and how the connection went, and beside it what is missing. */
function countLines(snapshot: Snapshot, stream: StreamSnapshot | null, columns: number, paint: Paint): string[] {
  const pairs: [name: string, value: string, wrong: boolean][][] = [
    [
      ['received', formatCount(stream?.frames.received ?? 0), false],
      ['lost', formatCount(stream?.frames.lost ?? 0), (stream?.frames.lost ?? 0) > 0],
    ],
    [
      ['data', formatBytes(stream?.bytes ?? 0), false],
      stream?.probe
        ? ['freezes', formatCount(stream.probe.freezes.count), stream.probe.freezes.count > 0]
        : ['skipped', formatCount(stream?.frames.skipped ?? 0), false],
    ],
    [
      ['reconnects', formatCount(snapshot.reconnects), snapshot.reconnects > 0],
      ['corrupt', formatCount(stream?.frames.corrupt ?? 0), (stream?.frames.corrupt ?? 0) > 0],
    ],
    [
      ['outage', formatElapsedMs(snapshot.outageMs), snapshot.outageMs > 0],
      ['negative', formatCount(stream?.latencyUs.negative ?? 0), (stream?.latencyUs.negative ?? 0) > 0],
    ],
  ];
  // The names on the left are longer.
  const widths = [Math.ceil(columns / 2), Math.floor(columns / 2) - 2];
  return pairs.map((pair) =>
    pair
      .map(([name, value, wrong], index) => {
        const text = value.padStart((widths[index] ?? 0) - name.length);
        return name + (wrong ? paint(text, 'bad') : text);
      })
      .join('  '),
  );
}

function clockLines({ clock, streams }: Snapshot, columns: number): string[] {
  const isOwn = clock.offsetUs === 0 && clock.rttUs.min === null && streams.some(({ probe }) => probe);
  if (isOwn) return [labelled('clock', `of this machine ± ${formatDurationUs(clock.errorUs)}`)];
  return [
    labelled('clock', clock.offsetUs === null ? 'not known yet' : formatOffset(clock.offsetUs, clock.errorUs)),
    labelled('drift', formatPpm(clock.driftPpm)),
    pair('round trip', ['p50', clock.rttUs.p50], ['min', clock.rttUs.min], columns),
  ];
}

function detailLines(stream: StreamSnapshot, columns: number): string[] {
  const { ageUs, jitterUs, latencyUs, throughputMbps, fps } = stream;
  return [
    pair('frame age', ['p50', ageUs.p50], ['p99', ageUs.p99], columns),
    pair('jitter', ['p50', jitterUs.p50], ['p99', jitterUs.p99], columns),
    ...latencyLines(latencyUs, columns),
    labelled('oldest', `${formatDurationUs(ageUs.max)} frame age`),
    labelled('rate mean', `${formatFps(fps.mean)}, ${formatMbps(throughputMbps.mean)}`),
    labelled('     max', `${formatFps(fps.max)}, ${formatMbps(throughputMbps.max)}`),
    labelled('     min', formatFps(fps.min)),
  ];
}

/** What the figures are about: where the times come from, and the pictures. */
function originLines(stream: StreamSnapshot, columns: number, glyphs: Glyphs): string[] {
  // Of a path it stands in a panel of its own.
  if (stream.probe) return [];
  const { kept } = stream.frames;
  return [
    labelled('times', `${stream.timeSource}, latency ${sinceText(stream)}`),
    labelled('jpeg', shortened(encodingText(stream), columns - LABEL_COLUMNS, glyphs)),
    ...(kept > 0 ? [labelled('kept', `${formatCount(kept)} of the past`)] : []),
  ].map((text) => text.slice(0, columns));
}

function latencyLines(latencyUs: LatencyFigures, columns: number): string[] {
  const { mean, stddev, p90, p999, min, max } = latencyUs;
  if (columns < PAIRS_FROM_COLUMNS) {
    return Object.entries({ mean, 'std dev': stddev, p90, 'p99.9': p999, min, max }).map(([name, us]) =>
      labelled(name, formatDurationUs(us)),
    );
  }
  return [
    pair('latency', ['mean', mean], ['std dev', stddev], columns),
    pair('', ['p90', p90], ['p99.9', p999], columns),
    pair('', ['min', min], ['max', max], columns),
  ];
}

type Named = readonly [name: string, us: number | null];

/** Two durations with their names; the first one's name is left out where there is no room. */
function pair(label: string, [firstName, firstUs]: Named, [secondName, secondUs]: Named, columns: number): string {
  const texts = [`${firstName} ${formatDurationUs(firstUs)}`, `${secondName} ${formatDurationUs(secondUs)}`].join(', ');
  return labelled(label, longestFitting([texts, texts.slice(firstName.length + 1)], columns - LABEL_COLUMNS));
}

function labelled(label: string, text: string): string {
  return label.padEnd(LABEL_COLUMNS) + text;
}
