import { describe, expect, it } from 'vitest';
import { resolveChaosConfig } from '../../../../client/chaos/chaos-config.js';
import { errorOf } from '../../../helpers/error-of.js';

const TARGET = 'streamer://127.0.0.1:8000/cam';
const resolved = (flags: Record<string, unknown> = {}) => resolveChaosConfig({ target: [TARGET], ...flags }, {});
const refused = (flags: Record<string, unknown>) => errorOf(() => resolved(flags));

describe('resolveChaosConfig', () => {
  it('is a little of everything where nobody says what', () => {
    expect(resolved()).toMatchObject({
      plan: {
        ...{ stalled: 10, trickling: 10, silent: 10, vanished: 10, 'half-open': 10, 'slow-hello': 10, garbage: 10 },
        stormPerSecond: 10,
      },
      ...{ good: 10, phaseMs: 15_000, maxHarm: 2 },
    });
  });

  it('is only what is asked for, where something is', () => {
    expect(resolved({ stalled: '3', reconnectStorm: '7' }).plan).toEqual({
      ...{ stalled: 3, trickling: 0, silent: 0, vanished: 0, 'half-open': 0, 'slow-hello': 0, garbage: 0 },
      stormPerSecond: 7,
    });
    expect(refused({ stalled: '0' }).message).toContain('no attack');
  });

  it.each(['127.0.0.1', '127.9.9.9', 'localhost', '[::1]'])('attacks %s, which is this machine', (host) => {
    expect(resolved({ target: [`streamer://${host}:8000`] }).target.kind).toBe('streamer');
  });

  it.each(['192.0.2.1', 'cam.example', '128.0.0.1', '[::2]', '127.0.0.1.example.com', 'localhost.example.com'])(
    'attacks %s only for who owns it',
    (host) => {
      const target = [`ws://${host}:8080/ws`];
      const error = refused({ target });
      expect(error.code).toBe('BAD_USAGE');
      expect(error.message).toContain('--i-own-this-server');
      expect(resolved({ target, iOwnThisServer: true }).target.kind).toBe('websocket');
    },
  );

  it.each(['127.1.2.3000', '127.1', '0127.0.0.1'])('takes %s for a name, which may lead anywhere', (host) => {
    const target = [`streamer://${host}:8000`];
    expect(refused({ target }).message).toContain('--i-own-this-server');
  });

  it('takes one target, and those that it knows how to attack', () => {
    expect(refused({ target: [] }).code).toBe('BAD_USAGE');
    expect(refused({ target: [TARGET, 'streamer://127.0.0.1:8001'] }).message).toContain('one target');
    expect(refused({ target: ['rtsp://127.0.0.1/cam'] }).message).toContain('Attacked can be');
    expect(refused({ target: ['https://127.0.0.1/cam.mjpg'] }).message).toContain('Attacked can be');
    expect(refused({ target: ['ffmpeg+rtsp://127.0.0.1/cam'] }).message).not.toMatch(/rtsp|mean/);
    expect(resolved({ target: ['mine=ws://127.0.0.1:8080/ws'] }).target.kind).toBe('websocket');
  });

  it.each(['127.0.0.1:8000', 'localhost:8000/cam', '[::1]:8000'])('knows what %s was meant to be', (target) => {
    expect(refused({ target: [target] }).message).toMatch(`without TLS. Did you mean streamer://${target}?`);
  });

  it.each([
    { stalled: '251' },
    { reconnectStorm: '201' },
    { good: '0' },
    { good: '501' },
    { phase: '3601' },
    { maxHarm: '0' },
  ])('bounds %j', (flags) => expect(refused(flags).code).toBe('BAD_USAGE'));
});
