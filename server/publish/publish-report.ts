import { cpus, platform, release, totalmem } from 'node:os';
import { redactUrl } from '../../shared/redact.js';
import { VERSION } from '../../shared/package-info.js';
import type { Fleet } from './fleet.js';
import type { PublisherRecord } from './fleet-publisher.js';
import type { PublishConfig } from './publish-config.js';
import type { PublishReport, StreamReport } from './publish-report-schema.js';
import type { Figure } from './running-figure.js';

/** What a report is made from besides the fleet. */
export interface RunFacts {
  /** Microseconds since the epoch. */
  readonly startedUs: number;
  readonly endedUs: number;
  /** The command line, without secrets. */
  readonly command: string;
  /** Where it published; not the address of the configuration where the server was started by this process. */
  readonly to: string;
  readonly nodeVersion: string;
  readonly ffmpegVersion: string;
  /** CPU seconds of this process during the run, and its memory at the end. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** The report of a run (docs/publish-report.schema.json), made before the fleet is stopped. */
export function makeReport(fleet: Fleet, config: PublishConfig, facts: RunFacts): PublishReport {
  const records = fleet.records();
  const { cpuPercent, memoryPercent, limited } = fleet.figures();
  const seconds = Math.max(0, facts.endedUs - facts.startedUs) / 1e6;
  const streams = records.map(streamReport);
  return {
    schema: 'frame-streamer/publish-report/1',
    startedAt: isoTime(facts.startedUs),
    durationMs: Math.round(seconds * 1000),
    command: facts.command,
    versions: { frameStreamer: VERSION, node: facts.nodeVersion, ffmpeg: facts.ffmpegVersion },
    machine: machine(),
    config: configOf(config, facts.to),
    totals: totalsOf(streams, fleet),
    resources: {
      cpuPercent: rounded(cpuPercent),
      memoryPercent: rounded(memoryPercent),
      process: {
        cpuPercentOfCore: seconds > 0 ? toTenth((facts.cpuSeconds / seconds) * 100) : 0,
        memoryBytes: facts.memoryBytes,
      },
    },
    limits: limited.map(({ timeUs, message, shed }) => ({ at: isoTime(timeUs), message, shed: [...shed] })),
    streams,
  };
}

function streamReport({
  member,
  framesSkipped,
  publishingUs,
  lifetimeUs,
  errors,
  ended,
}: PublisherRecord): StreamReport {
  const { connection, name, video, codec, width, height, nominalFps, health, loops, server } = member;
  const { url, framesSent, framesDropped, bytesSent, reconnects } = connection;
  const seconds = publishingUs / 1e6;
  return {
    ...{ name, url, video, codec, width, height },
    nominalFps: toThousandth(nominalFps),
    ...{ health, ended },
    lifetimeMs: Math.round(lifetimeUs / 1000),
    publishingMs: Math.round(publishingUs / 1000),
    ...{ framesSent, framesDropped, framesSkipped, bytesSent },
    fps: seconds > 0 ? toThousandth(framesSent / seconds) : null,
    bitrateBps: seconds > 0 ? Math.round((bytesSent * 8) / seconds) : null,
    ...{ loops, reconnects, server },
    errors: errors.map(({ code, message, count, firstUs, lastUs }) => {
      return { code, message, count, firstAt: isoTime(firstUs), lastAt: isoTime(lastUs) };
    }),
  };
}

function totalsOf(streams: readonly StreamReport[], fleet: Fleet): PublishReport['totals'] {
  const sum = (value: (stream: StreamReport) => number) => streams.reduce((total, stream) => total + value(stream), 0);
  return {
    streams: streams.length,
    healthyAtEnd: streams.filter(({ health, ended }) => health === 'healthy' && ended === null).length,
    unstarted: fleet.unstartedStreams,
    framesSent: sum((stream) => stream.framesSent),
    framesDropped: sum((stream) => stream.framesDropped),
    framesSkipped: sum((stream) => stream.framesSkipped),
    bytesSent: sum((stream) => stream.bytesSent),
    reconnects: sum((stream) => stream.reconnects),
    errors: sum((stream) => stream.errors.reduce((total, { count }) => total + count, 0)),
  };
}

function configOf(config: PublishConfig, to: string): PublishReport['config'] {
  const { streams, videos, copies, encoding, timeCode, durationUs, limits } = config;
  const isEncoded = !copies || timeCode;
  return {
    to: redactUrl(to),
    streams,
    videos: videos.map(({ name, input, loop, fps }) => ({
      name,
      path: input.kind === 'file' ? input.path : `test:${input.pattern}`,
      ...{ loop, fps },
    })),
    codec: isEncoded ? encoding.encoder : 'copy',
    bitrateBps: isEncoded ? encoding.bitrateBps : null,
    timeCode,
    durationMs: durationUs === null ? null : Math.round(durationUs / 1000),
    limits,
  };
}

function machine(): PublishReport['machine'] {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryBytes: totalmem(),
    system: `${platform()} ${release()}`,
  };
}

function rounded(figure: Figure | null): Figure | null {
  return figure && { min: toTenth(figure.min), mean: toTenth(figure.mean), max: toTenth(figure.max) };
}

function toTenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function toThousandth(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function isoTime(timeUs: number): string {
  return new Date(timeUs / 1000).toISOString();
}
