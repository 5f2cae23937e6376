import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { HubStream } from '../../../../server/hub/stream.js';
import { createMetrics } from '../../../../server/statistics/prometheus.js';
import type { Metrics } from '../../../../server/statistics/prometheus.js';
import { VERSION } from '../../../../shared/package-info.js';
import { MeasuredServer, streamReport } from '../../../helpers/measured-server.js';

describe('createMetrics', () => {
  let server: MeasuredServer;
  let cam: HubStream;
  let metrics: Metrics;
  beforeEach(() => {
    server = new MeasuredServer();
    cam = server.addStream('cam');
    metrics = createMetrics({ clients: server.clients, statistics: server.statistics });
  });

  /** The lines that begin with `name`, without the prefix. */
  async function linesOf(name: string): Promise<string[]> {
    const lines = (await metrics.render()).split('\n');
    return lines.filter((line) => line.startsWith(`frame_streamer_${name}`)).map((line) => line.slice(15));
  }

  it('is in the text format of Prometheus', async () => {
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await metrics.render()).toContain(
      '# HELP frame_streamer_streams Streams of the server.\n# TYPE frame_streamer_streams gauge\nframe_streamer_streams 1\n',
    );
    expect(await linesOf('build_info')).toEqual([`build_info{version="${VERSION}"} 1`]);
  });

  it('tells the state of a stream by one series a state', async () => {
    cam.setState('offline', { code: 'SOURCE_FAILED', message: 'Gone.' });
    expect((await linesOf('stream_state')).filter((line) => line.endsWith(' 1'))).toEqual([
      'stream_state{stream="cam",state="offline"} 1',
    ]);
    expect(await linesOf('stream_state')).toHaveLength(9);
    expect(await linesOf('source_restarts')).toEqual(['source_restarts_total{stream="cam"} 1']);
  });

  it('counts frames and bytes of each stream', async () => {
    server.publish(cam, 700);
    server.publish(cam, 300);
    cam.drop(2, 4);
    expect(await linesOf('source_frames')).toEqual(['source_frames_total{stream="cam"} 5']);
    expect(await linesOf('dropped_frames')).toEqual(['dropped_frames_total{stream="cam"} 3']);
    expect(await linesOf('published_')).toEqual([
      'published_frames_total{stream="cam"} 2',
      'published_bytes_total{stream="cam"} 1000',
    ]);
  });

  it('has no frame age where there is no frame', async () => {
    expect(await linesOf('frame_age')).toEqual([]);
    server.publish(cam);
    server.clock.advance(1_250_000);
    expect(await linesOf('frame_age')).toEqual(['frame_age_seconds{stream="cam"} 1.25']);
  });

  it('has the stages of the frames as a histogram in seconds', async () => {
    const captureTimeUs = server.clock.nowUs();
    const times = { decodedTimeUs: 200, processedTimeUs: 200, encodeStartTimeUs: 200, encodedTimeUs: 8200 };
    const since = Object.fromEntries(Object.entries(times).map(([name, us]) => [name, captureTimeUs + us]));
    server.clock.advance(8200);
    const frame = { sequence: 0, captureTimeUs, clockErrorUs: 0, width: 4, height: 2, jpeg: Buffer.alloc(4) };
    cam.publish({
      ...frame,
      timeSource: 'schedule',
      decodedTimeUs: 0,
      processedTimeUs: 0,
      encodeStartTimeUs: 0,
      encodedTimeUs: 0,
      ...since,
    });
    const encode = (await linesOf('stage_duration_seconds')).filter((line) => line.includes('stage="encode"'));
    const bucket = (le: string, count: number) =>
      `stage_duration_seconds_bucket{le="${le}",stream="cam",stage="encode"} ${count}`;
    expect(encode).toEqual([
      ...['0.0001', '0.00025', '0.0005', '0.001', '0.0025', '0.005'].map((le) => bucket(le, 0)),
      ...['0.01', '0.025', '0.05', '0.1', '0.25', '1', '10', '+Inf'].map((le) => bucket(le, 1)),
      'stage_duration_seconds_sum{stream="cam",stage="encode"} 0.008',
      'stage_duration_seconds_count{stream="cam",stage="encode"} 1',
    ]);
  });

  it('has the latency that clients reported, with its error', async () => {
    const client = server.connect('a');
    client.watch('cam', { sent: 10 });
    server.report(client, [streamReport(cam, [900, 1000, 1500], { lost: 2 })], 250);
    const lines = await linesOf('latency_seconds');
    expect(lines.slice(0, 2)).toEqual([
      'latency_seconds_bucket{le="0.001",stream="cam"} 2',
      'latency_seconds_bucket{le="0.002",stream="cam"} 3',
    ]);
    expect(lines.slice(-3)).toEqual([
      'latency_seconds_bucket{le="+Inf",stream="cam"} 3',
      'latency_seconds_sum{stream="cam"} 0.0034',
      'latency_seconds_count{stream="cam"} 3',
    ]);
    expect(await linesOf('recent_latency')).toEqual([
      'recent_latency_seconds{stream="cam",percentile="50"} 0.001',
      'recent_latency_seconds{stream="cam",percentile="90"} 0.0015',
      'recent_latency_seconds{stream="cam",percentile="99"} 0.0015',
    ]);
    expect(await linesOf('latency_error')).toEqual(['latency_error_seconds{stream="cam"} 0.00025']);
    expect(await linesOf('lost_frames')).toEqual(['lost_frames_total{stream="cam"} 2']);
  });

  it('has no recent latency of a stream that nobody reports on', async () => {
    expect([...(await linesOf('recent_latency')), ...(await linesOf('latency_error'))]).toEqual([]);
  });

  it('counts clients and what they were sent by road, never by client', async () => {
    const [a, b] = [server.connect('a'), server.connect('b', 'mjpeg')];
    a.watch('cam', { sent: 10, sentBytes: 5000, replaced: 2, thinned: 1 });
    b.watch('cam', { sent: 4, sentBytes: 2000 });
    server.clients.remove(server.connect('c'));
    expect(await linesOf('clients')).toEqual([
      'clients{transport="tcp"} 1',
      'clients{transport="classic"} 0',
      'clients{transport="mjpeg"} 1',
      'clients{transport="websocket"} 0',
    ]);
    expect(await linesOf('max_clients')).toEqual(['max_clients 5000']);
    expect(await linesOf('stream_clients')).toEqual([
      'stream_clients{stream="cam",transport="tcp"} 1',
      'stream_clients{stream="cam",transport="mjpeg"} 1',
    ]);
    expect(await linesOf('sent_')).toEqual([
      'sent_frames_total{stream="cam",transport="tcp"} 10',
      'sent_frames_total{stream="cam",transport="mjpeg"} 4',
      'sent_bytes_total{stream="cam",transport="tcp"} 5000',
      'sent_bytes_total{stream="cam",transport="mjpeg"} 2000',
    ]);
    expect((await linesOf('skipped_frames')).slice(0, 2)).toEqual([
      'skipped_frames_total{stream="cam",transport="tcp",reason="lagging"} 2',
      'skipped_frames_total{stream="cam",transport="tcp",reason="max_fps"} 1',
    ]);
  });

  it('does not let what was sent fall when a client leaves', async () => {
    const client = server.connect('a');
    client.watch('cam', { sent: 10, sentBytes: 5000 });
    const before = await linesOf('sent_');
    server.clients.remove(client);
    expect(await linesOf('sent_')).toEqual(before);
    expect(await linesOf('stream_clients')).toEqual(['stream_clients{stream="cam",transport="tcp"} 0']);
  });

  it('counts the reports of clients by what became of them', async () => {
    const client = server.connect('a');
    client.watch('cam', { sent: 10 });
    server.report(client, [streamReport(cam, [1]), streamReport(cam, null, { latency: 'HISTFAAA' })]);
    expect(await linesOf('latency_reports')).toEqual([
      'latency_reports_total{outcome="read"} 1',
      'latency_reports_total{outcome="unread"} 0',
      'latency_reports_total{outcome="bad"} 1',
    ]);
  });

  it('has no series of a stream that was removed', async () => {
    const client = server.connect('a');
    client.watch('cam', { sent: 10 });
    server.publish(cam);
    server.report(client, [streamReport(cam, [1])]);
    await metrics.render();
    server.removeStream(cam);
    client.unwatch('cam');
    expect((await metrics.render()).split('\n').filter((line) => line.includes('stream="cam"'))).toEqual([]);
  });

  it('tells how late the event loop is', async () => {
    server.delays.intervalsMs = [21, 22, 26, 120];
    expect(await linesOf('event_loop_delay')).toEqual([
      'event_loop_delay_seconds{percentile="50"} 0.002',
      'event_loop_delay_seconds{percentile="99"} 0.006',
      'event_loop_delay_seconds{percentile="100"} 0.1',
    ]);
  });

  it('tells how recordings go where it can ask', async () => {
    const status = { state: 'recording', file: 'a.mkv', frames: 5, bytes: 600, droppedFrames: 1, error: null } as const;
    const control = {
      list: () => [{ stream: cam }],
      recordingStatus: (name: string) => (name === 'cam' ? status : null),
      publishingStatus: () => null,
    };
    metrics = createMetrics({ clients: server.clients, statistics: server.statistics, control });
    expect(await linesOf('record')).toEqual([
      'recording{stream="cam"} 1',
      'recording_failed{stream="cam"} 0',
      'recorded_frames_total{stream="cam"} 5',
      'recorded_bytes_total{stream="cam"} 600',
      'recording_dropped_frames_total{stream="cam"} 1',
    ]);
  });

  it('tells how streams are published over RTSP where it can ask', async () => {
    const counts = { framesSent: 5, bytesSent: 600, framesDropped: 2, reconnects: 1 };
    const facts = { state: 'publishing', url: 'rtsp://h/cam', codec: 'h264', encoder: 'libx264', error: null } as const;
    let mode: 'copy' | 'encode' = 'encode';
    const control = {
      list: () => [{ stream: cam }],
      recordingStatus: () => null,
      publishingStatus: () => ({ ...facts, ...counts, mode }),
    };
    metrics = createMetrics({ clients: server.clients, statistics: server.statistics, control });
    expect(await linesOf('rtsp')).toEqual([
      'rtsp_publishing{stream="cam"} 1',
      'rtsp_encoding{stream="cam"} 1',
      'rtsp_frames_total{stream="cam"} 5',
      'rtsp_bytes_total{stream="cam"} 600',
      'rtsp_dropped_frames_total{stream="cam"} 2',
      'rtsp_reconnects_total{stream="cam"} 1',
    ]);
    mode = 'copy';
    expect(await linesOf('rtsp_encoding')).toEqual(['rtsp_encoding{stream="cam"} 0']);
  });

  it('tells of the process what matters, and nothing else', async () => {
    const names = (await metrics.render()).matchAll(/^# TYPE ((process|nodejs)\S*)/gm);
    expect([...names].map(([, name]) => name).toSorted()).toEqual([
      'nodejs_external_memory_bytes',
      'nodejs_heap_size_total_bytes',
      'nodejs_heap_size_used_bytes',
      'nodejs_version_info',
      'process_cpu_seconds_total',
      'process_cpu_system_seconds_total',
      'process_cpu_user_seconds_total',
      'process_max_fds',
      'process_open_fds',
      'process_resident_memory_bytes',
      'process_start_time_seconds',
    ]);
  });

  it('has every metric in its documentation, and there no other', async () => {
    const control = { list: () => [], recordingStatus: () => null, publishingStatus: () => null };
    metrics = createMetrics({ clients: server.clients, statistics: server.statistics, control });
    const names = [...(await metrics.render()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    const text = await readFile(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8');
    const documented = [...text.matchAll(/^\| `((frame_streamer|process|nodejs)_\w+)/gm)].map(([, name]) => name);
    expect(documented.toSorted()).toEqual(names.toSorted());
  });
});
