import { describe, expect, it } from 'vitest';
import { ApiViews } from '../../../../server/api/views.js';
import { ClientRegistry } from '../../../../server/clients.js';
import type { ClientRecord } from '../../../../server/clients.js';
import type { RecorderStatus } from '../../../../server/recording/recorder.js';
import type { BridgeStatus } from '../../../../server/rtsp/rtsp-bridge.js';
import { parseSourceSpec } from '../../../../server/sources/source-spec.js';
import type { ClientFigures } from '../../../../server/statistics/client-statistics.js';
import type { StreamFigures } from '../../../../server/statistics/stream-statistics.js';
import type { StreamSettings } from '../../../../server/stream-settings.js';
import { clientListSchema } from '../../../../shared/api/client-schema.js';
import { serverSchema } from '../../../../shared/api/server-schema.js';
import { streamStatsSchema } from '../../../../shared/api/stats-schema.js';
import { streamListSchema, streamSchema } from '../../../../shared/api/stream-schema.js';
import { StreamerError } from '../../../../shared/errors.js';
import { VERSION } from '../../../../shared/package-info.js';
import { redactUrl } from '../../../../shared/redact.js';
import { configOf, STREAM_DEFAULTS } from '../../../helpers/config-of-test.js';
import { START_US } from '../../../helpers/fake-frames.js';
import { createStream, encodedFrame, subscribe } from '../../../helpers/hub-stream-of-test.js';

const COUNTERS = { sent: 5, sentBytes: 500, acknowledged: 4, replaced: 3, thinned: 2, lags: 1 };
const LATENCY = { p50Us: 1, p90Us: 2, p99Us: 3, maxUs: 4, errorUs: 5, count: 6 };
const STREAM_FIGURES: StreamFigures = {
  ...{ fps: 29.9, bytesPerSecond: 1000, restarts: 2 },
  ...{ lastSequence: 9, frameAgeUs: 20_000, latency: { ...LATENCY, clients: 1 }, stages: [] },
};
const CLIENT_FIGURES: ClientFigures = { clockErrorUs: 7, latency: LATENCY, lostFrames: 8 };

function client(id: string, streams: readonly string[]): ClientRecord {
  const watched = streams.map((stream) => ({ stream, counters: COUNTERS }));
  const facts = { id, name: `client ${id}`, peer: '192.0.2.1:5000', transport: 'tcp', connectedAtUs: 77 } as const;
  return { ...facts, streams: () => watched, disconnect: () => undefined };
}

interface Case {
  readonly settings?: Partial<StreamSettings>;
  readonly recording?: RecorderStatus;
  readonly published?: BridgeStatus;
  readonly clients?: readonly ClientRecord[];
  readonly flags?: Record<string, unknown>;
  readonly isMeasured?: boolean;
}

function setup({
  settings = {},
  recording,
  published,
  clients: connected = [],
  flags = {},
  isMeasured = true,
}: Case = {}) {
  const { stream, clock } = createStream();
  const controlled = { stream, settings: { ...STREAM_DEFAULTS, name: 'cam', ...settings } };
  const clients = new ClientRegistry(5);
  for (const record of connected) clients.admit(record);
  const views = new ApiViews({
    control: {
      list: () => [controlled],
      get: (name) => (name === 'cam' ? controlled : undefined),
      recordingStatus: () => recording ?? null,
      publishingStatus: () => published ?? null,
    },
    clients,
    statistics: {
      stream: () => (isMeasured ? STREAM_FIGURES : null),
      client: (id) => (id === 'a' ? CLIENT_FIGURES : null),
      eventLoopDelayP99Us: () => 123,
    },
    config: configOf({ flags }),
    clock,
    startedAtUs: START_US - 5,
    ports: () => ({ tcpPort: 8000, httpPort: 8080 }),
    process: () => ({ nodeVersion: 'v20.9.0', memoryBytes: 1e8, cpuSeconds: 1.5 }),
  });
  return { views, stream };
}

const RECORDING: RecorderStatus = {
  ...{ state: 'recording', file: '/var/recordings/cam_20261121T031500.123Z.mkv' },
  ...{ frames: 3, bytes: 300, droppedFrames: 1, error: null },
};

describe('ApiViews of streams', () => {
  it('shows a stream with both names of everything, and its settings in the units of the API', () => {
    const { views } = setup();
    const expected = {
      ...{ name: 'cam', stream_id: 'cam', url: 'sample.mp4', rtsp_url: 'sample.mp4', state: 'idle', reason: null },
      ...{ width: 4, height: 2, fps: 30, timeSource: 'schedule', encoding: { mode: 'encoded', reason: 'a test' } },
      ...{ viewers: 0, isRecording: false, rtsp: null, isAdded: false },
      settings: {
        ...{ fps: null, width: null, height: null, quality: null, hwaccel: 'none', frameBuffer: 1, policy: 'latest' },
        ...{ onDemand: true, idleTimeout: 10, processor: [] },
      },
    };
    expect(views.stream('cam')).toEqual(expected);
    expect(views.streams()).toEqual([expected]);
    expect(streamListSchema.parse({ streams: views.streams() })).toEqual({ streams: [expected] });
    expect(views.stream('none')).toBeNull();
  });

  it('hides who logs in at a source, also in the reason', () => {
    const url = 'http://me@example.com:S3"CRET@127.0.0.1:1/x';
    const { views, stream } = setup({ settings: { source: parseSourceSpec(`cam=${url}`) } });
    stream.setState('offline', { code: 'X', message: `${redactUrl(url)}: nobody is there` });
    const view = views.stream('cam');
    expect(view).toMatchObject({
      url: 'http://***@127.0.0.1:1/x',
      reason: { code: 'X', message: 'http://***@127.0.0.1:1/x: nobody is there' },
    });
    expect(JSON.stringify([view, views.stats('cam')])).not.toMatch(/CRET|example/);
  });

  it('hides the secrets of sources and the folders of modules', () => {
    const { views } = setup({
      settings: {
        source: parseSourceSpec('cam=rtsp://user:secret@cam/live?token=hidden'),
        processors: [
          { kind: 'module', path: '/home/user/blur.mjs', parameters: { key: 'secret' } },
          { kind: 'watermark', path: null, parameters: { text: 'a b' } },
        ],
      },
    });
    expect(views.stream('cam')).toMatchObject({
      url: 'rtsp://***@cam/live?token=***',
      rtsp_url: 'rtsp://***@cam/live?token=***',
      settings: { processor: ['blur.mjs', 'watermark?text=a%20b'] },
    });
    expect(JSON.stringify(views.stream('cam'))).not.toMatch(/secret|hidden|home/);
  });

  it.each([
    ['/home/user/videos/sample.mp4', 'sample.mp4'],
    ['videos/../sample.mp4', 'sample.mp4'],
    ['/home/user/pictures/', 'pictures'],
    ['/home/user/*.jpg', '*.jpg'],
    ['./cam=b.mp4', 'file:cam=b.mp4'],
    ['/', '/'],
  ])('shows of the file %s its name', (path, url) => {
    const { views } = setup({ settings: { source: { kind: 'file', name: 'cam', path } } });
    expect(views.stream('cam')).toMatchObject({ url, rtsp_url: url });
  });

  it('says why a stream is down, that it was added, and that it is recorded', () => {
    const { views, stream } = setup({ settings: { isGuarded: true }, recording: RECORDING });
    stream.setState('offline', { code: 'SOURCE_TIMEOUT', message: 'It did not answer.' });
    expect(views.stream('cam')).toMatchObject({
      ...{ state: 'offline', reason: { code: 'SOURCE_TIMEOUT', message: 'It did not answer.' } },
      ...{ isAdded: true, isRecording: true },
    });
    expect(streamSchema.parse(views.stream('cam'))).toEqual(views.stream('cam'));
  });

  it('counts clients as viewers, and nobody else who subscribes', () => {
    const { views, stream } = setup({ clients: [client('a', ['cam']), client('b', ['cam', 'other'])] });
    subscribe(stream);
    expect(views.stream('cam')?.viewers).toBe(2);
    expect(views.streams()[0]?.viewers).toBe(2);
  });

  it('is not recording when the recording stopped by itself', () => {
    const { views } = setup({ recording: { ...RECORDING, state: 'stopped' } });
    expect(views.stream('cam')?.isRecording).toBe(false);
  });

  it('shows how a stream is published, without who logs in there', () => {
    const counts = { framesSent: 5, framesDropped: 1, bytesSent: 500, reconnects: 2 };
    const error = new StreamerError('PUBLISH_DENIED', 'rtsp://me:***@h/cam: the user is wrong.');
    const { views } = setup({
      published: {
        ...{ state: 'waiting', url: 'rtsp://me:***@h/cam', codec: 'h264', mode: 'encode', encoder: 'libx264' },
        ...{ ...counts, error },
      },
    });
    expect(views.stream('cam')?.rtsp).toEqual({
      ...{ state: 'waiting', url: 'rtsp://***@h/cam', codec: 'h264', mode: 'encode', encoder: 'libx264', ...counts },
      error: { code: 'PUBLISH_DENIED', message: 'rtsp://***@h/cam: the user is wrong.' },
    });
    expect(streamSchema.parse(views.stream('cam'))).toEqual(views.stream('cam'));
    expect(views.stats('cam')?.rtsp).toEqual(counts);
    expect(streamStatsSchema.parse(views.stats('cam'))).toEqual(views.stats('cam'));
  });

  it('shows the figures of a stream', () => {
    const { views, stream } = setup({ clients: [client('a', ['cam'])] });
    stream.setState('live');
    stream.publish(encodedFrame(0));
    stream.drop(1, 3);
    stream.publish(encodedFrame(4));
    const head = { name: 'cam', stream_id: 'cam', state: 'live', reason: null, atUs: START_US };
    const counters = { frames: 2, bytes: 8, droppedFrames: 3, clients: 1, rtsp: null };
    expect(views.stats('cam')).toEqual({ ...head, ...STREAM_FIGURES, ...counters });
    expect(streamStatsSchema.parse(views.stats('cam'))).toEqual(views.stats('cam'));
    expect(views.stats('none')).toBeNull();
    expect(setup({ isMeasured: false }).views.stats('cam')).toBeNull();
  });
});

describe('ApiViews of recordings', () => {
  it('shows of the file its name alone', () => {
    const { views } = setup({ recording: RECORDING });
    expect(views.recordingStatus('cam')).toEqual({ ...RECORDING, file: 'cam_20261121T031500.123Z.mkv' });
  });

  it('says why one stopped', () => {
    const error = new StreamerError('DISK_FULL', 'No room is left.');
    const { views } = setup({ recording: { ...RECORDING, state: 'stopped', file: null, error } });
    expect(views.recordingStatus('cam')).toMatchObject({
      ...{ state: 'stopped', file: null, error: { code: 'DISK_FULL', message: 'No room is left.' } },
    });
  });

  it('is null where nothing is recorded', () => {
    expect(setup().views.recordingStatus('cam')).toBeNull();
  });
});

describe('ApiViews of clients and the server', () => {
  it('shows what a client was sent and what it measured', () => {
    const { views } = setup({ clients: [client('a', ['cam']), client('b', [])] });
    const [a, b] = views.clients('admin');
    expect(a).toEqual({
      ...{ id: 'a', name: 'client a', peer: '192.0.2.1:5000', transport: 'tcp', connectedAtUs: 77 },
      streams: [{ stream: 'cam', sentFrames: 5, sentBytes: 500, skippedFrames: 3, thinnedFrames: 2 }],
      ...{ clockErrorUs: 7, latency: LATENCY, lostFrames: 8 },
    });
    expect(b).toMatchObject({ id: 'b', streams: [], clockErrorUs: null, latency: null, lostFrames: 0 });
    expect(clientListSchema.parse({ clients: [a, b] })).toEqual({ clients: [a, b] });
  });

  it('shows addresses of clients to an administrator only', () => {
    const { views } = setup({ clients: [client('a', [])] });
    expect(views.clients('view')[0]?.peer).toBeNull();
  });

  it('shows the server, and what the one who asks may do', () => {
    const { views } = setup({ clients: [client('a', [])], flags: { adminToken: 'x', maxStreams: '9' } });
    const expected = {
      ...{ version: VERSION, nowUs: START_US, startedAtUs: START_US - 5, streams: 1, maxStreams: 9, clients: 1 },
      publishers: null,
      ...{ maxClients: 5, tcpPort: 8000, httpPort: 8080, isTls: false, role: 'view', hasAdminToken: true },
      ...{ memoryBytes: 1e8, cpuSeconds: 1.5, eventLoopDelayP99Us: 123, nodeVersion: 'v20.9.0' },
    };
    expect(views.server('view')).toEqual(expected);
    expect(views.server('admin')).toEqual({ ...expected, role: 'admin', hasAdminToken: false });
    expect(serverSchema.parse(views.server('view'))).toEqual(expected);
    expect(setup().views.server('view').hasAdminToken).toBe(false);
  });
});
