import type { TimeSeriesSection } from '../page.js';
import type { Subject, Timeline } from '../run-report-schema.js';
import type { GeneratorFigures, ServerSamples } from '../run-trust-schema.js';

type Lines = TimeSeriesSection['lines'];
type Values = readonly (number | null)[];

const MAX_LINES = 8;

/** Frames, data and latency over time: of `total`, and of `subjects` beside it where they are few. */
export function timeSeriesSections(total: Subject | null, subjects: readonly Subject[]): TimeSeriesSection[] {
  const parts = subjects.filter(({ timeline }) => timeline !== null).slice(0, MAX_LINES - 1);
  const several = [...(total?.timeline ? [total] : []), ...(parts.length > 1 || !total?.timeline ? parts : [])];
  const [first] = several;
  if (!first?.timeline) return [];
  const { timeline } = first;
  const base = { kind: 'time series', note: '', atMs: starts(timeline) } as const;
  const aligned = several.filter((subject) => subject.timeline?.bucketMs === timeline.bucketMs);
  const linesOf = (valuesOf: (timeline: Timeline) => Values): Lines =>
    aligned.flatMap(({ name, timeline: own }) => (own ? [{ name, values: valuesOf(own) }] : []));
  const sections: TimeSeriesSection[] = [
    { ...base, id: 'latency-over-time', title: 'Latency over time', unit: 'us', lines: latencyLines(aligned) },
    { ...base, id: 'frames-over-time', title: 'Frames a second', unit: 'frames/s', lines: linesOf(framesPerSecond) },
    { ...base, id: 'data-over-time', title: 'Throughput', unit: 'Mbit/s', lines: linesOf(megabitsPerSecond) },
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

/** CPU, event loop and memory of whoever made the load, and of the server where it was asked. */
export function machineSeriesSections(
  generator: GeneratorFigures | null,
  server: ServerSamples | null,
): TimeSeriesSection[] {
  const ours = generator?.samples ?? [];
  const theirs = server?.samples ?? [];
  const atMs = ours.length > 0 ? ours.map((sample) => sample.atMs) : theirs.map((sample) => sample.atMs);
  if (atMs.length === 0) return [];
  const at = <T extends { readonly atMs: number }>(samples: readonly T[], valueOf: (sample: T) => number | null) =>
    onto(atMs, samples, valueOf);
  const base = { kind: 'time series', note: '', atMs } as const;
  const cpu = [
    { name: 'this process', values: at(ours, ({ cpuPercent }) => cpuPercent) },
    { name: 'this machine', values: at(ours, ({ machineCpuPercent }) => machineCpuPercent) },
    { name: 'server', values: at(theirs, ({ cpuPercent }) => cpuPercent) },
  ];
  const loop = [
    { name: 'this process', values: at(ours, ({ loopDelayP99Us }) => loopDelayP99Us) },
    { name: 'server', values: at(theirs, ({ loopDelayP99Us }) => loopDelayP99Us) },
  ];
  const memory = [
    { name: 'this process', values: at(ours, ({ residentBytes }) => residentBytes) },
    { name: 'server', values: at(theirs, ({ residentBytes }) => residentBytes) },
  ];
  return [
    { ...base, id: 'cpu-over-time', title: 'CPU', unit: 'percent', lines: withValues(cpu) },
    { ...base, id: 'loop-over-time', title: 'Event loop delay, p99', unit: 'us', lines: withValues(loop) },
    { ...base, id: 'memory-over-time', title: 'Memory', unit: 'bytes', lines: withValues(memory) },
  ];
}

function latencyLines(subjects: readonly Subject[]): Lines {
  const [first, ...others] = subjects;
  if (!first?.timeline) return [];
  if (others.length > 0)
    return withValues(
      subjects.flatMap(({ name, timeline }) =>
        timeline ? [{ name: `${name} p99`, values: timeline.latencyP99Us }] : [],
      ),
    );
  const { latencyP50Us, latencyP99Us, ageMaxUs } = first.timeline;
  return withValues([
    { name: 'latency p50', values: latencyP50Us },
    { name: 'latency p99', values: latencyP99Us },
    { name: 'greatest age', values: ageMaxUs },
  ]);
}

function starts({ bucketMs, frames }: Timeline): number[] {
  return frames.map((_, index) => index * bucketMs);
}

function framesPerSecond({ bucketMs, frames }: Timeline): number[] {
  return frames.map((count) => (count * 1000) / bucketMs);
}

function megabitsPerSecond({ bucketMs, bytes }: Timeline): number[] {
  return bytes.map((count) => (count * 8) / 1000 / bucketMs);
}

function withValues(lines: Lines): Lines {
  return lines.filter(({ values }) => values.some((value) => value !== null));
}

/** For each of `atMs` the sample nearest to it; null where there is none within two of its steps. */
function onto<T extends { readonly atMs: number }>(
  atMs: readonly number[],
  samples: readonly T[],
  valueOf: (sample: T) => number | null,
): (number | null)[] {
  const withinMs = 2 * stepMs(samples.map((sample) => sample.atMs));
  let next = 0;
  return atMs.map((moment) => {
    while (next + 1 < samples.length && distance(samples[next + 1], moment) <= distance(samples[next], moment))
      next += 1;
    const sample = samples[next];
    return sample && distance(sample, moment) <= withinMs ? valueOf(sample) : null;
  });
}

function distance(sample: { readonly atMs: number } | undefined, moment: number): number {
  return sample ? Math.abs(sample.atMs - moment) : Infinity;
}

function stepMs(atMs: readonly number[]): number {
  const [first = 0] = atMs;
  const last = atMs.at(-1) ?? 0;
  return atMs.length > 1 ? (last - first) / (atMs.length - 1) : 1000;
}
