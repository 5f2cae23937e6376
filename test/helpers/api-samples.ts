import type { ApiClient } from '../../shared/api/client-schema.js';
import type { ApiFleet, ApiPublisher } from '../../shared/api/publisher-schema.js';
import type { ApiPublishing } from '../../shared/api/publishing-schema.js';
import type { ApiServer } from '../../shared/api/server-schema.js';
import type { ApiLatency, StreamStatistics } from '../../shared/api/stats-schema.js';
import type { ApiStream } from '../../shared/api/stream-schema.js';

/** What the API says of a server; `change` is what a test wants different. */
export function serverSample(change: Partial<ApiServer> = {}): ApiServer {
  return {
    version: '1.2.3',
    nowUs: 2_000_000,
    startedAtUs: 1_000_000,
    streams: 1,
    maxStreams: 50,
    publishers: null,
    clients: 0,
    maxClients: 100,
    tcpPort: 8000,
    httpPort: 8080,
    isTls: false,
    role: 'admin',
    hasAdminToken: true,
    memoryBytes: 1,
    cpuSeconds: 1,
    eventLoopDelayP99Us: 1,
    nodeVersion: '20.0.0',
    ...change,
  };
}

/** What the API says of a stream. */
export function streamSample(name: string, change: Partial<ApiStream> = {}): ApiStream {
  return {
    name,
    stream_id: name,
    url: `rtsp://192.0.2.10/${name}`,
    rtsp_url: `rtsp://192.0.2.10/${name}`,
    state: 'live',
    reason: null,
    width: 640,
    height: 360,
    fps: 30,
    timeSource: 'arrival',
    encoding: { mode: 'encoded', reason: 'the source is h264' },
    viewers: 0,
    isRecording: false,
    rtsp: null,
    isAdded: true,
    settings: {
      fps: null,
      width: null,
      height: 480,
      quality: 80,
      hwaccel: 'none',
      frameBuffer: 1,
      policy: 'latest',
      onDemand: true,
      idleTimeout: 10,
      processor: ['watermark'],
    },
    ...change,
  };
}

/** What the API says of how a stream is published over RTSP. */
export function publishingSample(change: Partial<ApiPublishing> = {}): ApiPublishing {
  return {
    state: 'publishing',
    url: 'rtsp://127.0.0.1:8554/live/cam1',
    codec: 'h264',
    mode: 'encode',
    encoder: 'libx264',
    framesSent: 1_234,
    framesDropped: 0,
    bytesSent: 5_000_000,
    reconnects: 0,
    error: null,
    ...change,
  };
}

/** What the API says of how a stream is doing. */
export function statsSample(name: string, change: Partial<StreamStatistics> = {}): StreamStatistics {
  return {
    name,
    stream_id: name,
    state: 'live',
    reason: null,
    atUs: 5_000_000,
    fps: 30,
    bytesPerSecond: 1_000_000,
    frames: 10,
    bytes: 1_000,
    droppedFrames: 0,
    restarts: 0,
    clients: 1,
    rtsp: null,
    lastSequence: 9,
    frameAgeUs: 1_000,
    latency: latencySample(),
    stages: [],
    ...change,
  };
}

/** A latency of the API. */
export function latencySample(change: Partial<ApiLatency> = {}): ApiLatency {
  return {
    p50Us: 4_000,
    p90Us: 6_000,
    p99Us: 9_000,
    maxUs: 12_000,
    errorUs: 300,
    count: 300,
    clients: 1,
    ...change,
  };
}

/** What the API says of a client. */
export function clientSample(id: string, change: Partial<ApiClient> = {}): ApiClient {
  return {
    id,
    name: `client ${id}`,
    peer: '192.0.2.1:5000',
    transport: 'tcp',
    connectedAtUs: 1_000_000,
    streams: [],
    clockErrorUs: null,
    latency: null,
    lostFrames: 0,
    ...change,
  };
}

/** What the API says of a fleet with these publishers. */
export function fleetSample(change: Partial<ApiFleet> = {}): ApiFleet {
  return {
    publishers: [publisherSample('stream-001')],
    resources: {
      ...{ cpuPercent: 41.5, memoryPercent: 30, notice: null },
      limits: { maxStreams: 50, maxCpuPercent: 90, maxMemoryPercent: 80 },
    },
    videos: ['film.mp4', 'test:bars'],
    ...change,
  };
}

/** What the API says of a publisher. */
export function publisherSample(name: string, change: Partial<ApiPublisher> = {}): ApiPublisher {
  return {
    name,
    video: 'film.mp4',
    codec: 'h264',
    width: 1280,
    height: 720,
    nominalFps: 30,
    fps: 29.9,
    bitrateBps: 2_100_000,
    loops: 4,
    health: 'healthy',
    connection: {
      ...{ state: 'publishing', url: `rtsp://127.0.0.1:8554/${name}`, error: null, framesSent: 1_234 },
      ...{ framesDropped: 5, bytesSent: 6_000_000, reconnects: 1, sinceUs: 1_000_000 },
    },
    server: { isReady: true, readers: 2, bytesReceived: 6_000_000 },
    ...change,
  };
}
