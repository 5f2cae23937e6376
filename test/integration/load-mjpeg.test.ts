import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MjpegSource } from '../../client/load/mjpeg-source.js';
import { SystemClock } from '../../shared/clock.js';
import { openLoadOfTest } from '../helpers/load-sink.js';
import { MjpegCamera, requireCamera } from '../helpers/mjpeg-camera.js';

const FRAMES = 40;
const sourceOf = (url: string) => new MjpegSource(url, { clock: new SystemClock(), headers: {} });

describe.skipIf(!requireCamera())('MJPEG sessions beside a camera of the Python standard library', () => {
  let camera: MjpegCamera;

  beforeAll(async () => {
    camera = await MjpegCamera.start({ credentials: { user: 'load', password: 'p@ss', scheme: 'digest' } });
  });
  afterAll(() => camera.stop());

  it.each([
    ['plain', ''],
    ['without lengths', 'length=no'],
    ['with a quoted boundary', 'declare=quoted&boundary=a%3Bb%20c'],
    ['with the dashes in the declared boundary', 'declare=dashes&boundary=--x'],
    ['with a bare delimiter and no length', 'delimiter=bare&boundary=myboundary&length=no'],
    ['with an undeclared boundary and a preamble', 'declare=none&preamble=hello%0D%0A'],
    ['chunked, with LF and header lines that nobody can use', 'chunked=yes&newline=lf&junk=yes'],
    ['with zeros behind every picture', 'pad=5000'],
    ['in pieces of 64 bytes', 'trickle=3000000&length=no'],
    ['as fast as we read', 'fps=0'],
  ])('count every frame of a stream %s', async (_name, query) => {
    const { sink } = openLoadOfTest(sourceOf(camera.url(`mjpeg?fps=0&after=${FRAMES}&then=end&${query}`)));
    expect(await sink.closed()).toBeNull();
    expect(sink).toMatchObject({ lost: 0, corrupt: 0, skipped: 0 });
    expect(sink.frames).toHaveLength(FRAMES);
    const bodies = camera.frames.reduce((sum, frame) => sum + frame.length, 0) * (FRAMES / camera.frames.length);
    const bytes = sink.frames.reduce((sum, frame) => sum + frame.lengthBytes, 0);
    expect(bytes).toBeGreaterThan(bodies);
    expect(bytes).toBeLessThan(bodies + FRAMES * (query.includes('pad') ? 5100 : query.includes('junk') ? 700 : 100));
  });

  it('do not count a frame that the end cuts off', async () => {
    const { sink } = openLoadOfTest(sourceOf(camera.url(`mjpeg?fps=0&after=${FRAMES}&then=cut`)));
    expect(await sink.closed()).toMatchObject({ code: 'SOURCE_FAILED' });
    expect(sink.frames).toHaveLength(FRAMES);
  });

  it('count in many sessions at once what was sent to each', async () => {
    const source = sourceOf(camera.url(`mjpeg?fps=100&after=${FRAMES}&then=close`));
    const sinks = Array.from({ length: 25 }, () => openLoadOfTest(source).sink);
    await Promise.all(sinks.map((sink) => sink.closed()));
    expect(sinks.map((sink) => sink.frames.length)).toEqual(sinks.map(() => FRAMES));
  });

  it('tell latency by the time that a camera on this machine states', async () => {
    const { sink } = openLoadOfTest(sourceOf(camera.url('mjpeg?fps=50&after=20&then=end&time=now')));
    expect(await sink.closed()).toBeNull();
    expect(sink.facts.at(-1)).toMatchObject({ latencySource: 'X-Timestamp' });
    for (const { arrivalTimeUs, capture } of sink.frames) {
      expect(capture?.errorUs).toBeGreaterThanOrEqual(1000);
      expect(arrivalTimeUs - (capture?.timeUs ?? 0)).toBeGreaterThanOrEqual(-(capture?.errorUs ?? 0));
    }
  });

  it('take the clock error from the address', async () => {
    const { sink } = openLoadOfTest(
      sourceOf(`${camera.url('mjpeg?fps=0&after=3&then=end&time=now')}#clock-error=20ms`),
    );
    expect(await sink.closed()).toBeNull();
    expect(sink.frames.map((frame) => frame.capture?.errorUs)).toEqual([20_001, 20_001, 20_001]);
  });

  it('are refused with wrong credentials', async () => {
    const { sink } = openLoadOfTest(sourceOf(camera.url('mjpeg', { user: 'load', password: 'wrong' })));
    const error = await sink.closed();
    expect(error).toMatchObject({ code: 'SOURCE_DENIED' });
    expect(error?.message).not.toContain('wrong@');
  });
});
