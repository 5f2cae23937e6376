import { describe, expect, it } from 'vitest';
import { fleetOfTest } from '../../../helpers/fleet-of-test.js';

const SECOND = 1_000_000;

describe('Fleet', () => {
  it('starts its streams one after the other, the videos in turn', async () => {
    const { fleet, pass } = fleetOfTest({ staggerUs: 100_000 });
    fleet.start(5);
    await pass(150_000);
    expect(fleet.list().map(({ name }) => name)).toEqual(['stream-001', 'stream-002']);
    await pass(SECOND);
    const list = fleet.list();
    expect(list.map(({ name }) => name)).toEqual([1, 2, 3, 4, 5].map((n) => `stream-00${n}`));
    expect(list.map(({ video }) => video)).toEqual(['a.mp4', 'b.mp4', 'a.mp4', 'b.mp4', 'a.mp4']);
    expect(list[2]?.connection.url).toBe('rtsp://127.0.0.1:8554/load/stream-003');
    expect(fleet.unstartedStreams).toBe(0);
    await fleet.stop();
  });

  it('sees every stream healthy at its rate, and what the server says of it', async () => {
    const { fleet, pass, sender } = fleetOfTest();
    fleet.start(3);
    await pass(10 * SECOND);
    for (const member of fleet.list()) {
      expect(member.health).toBe('healthy');
      expect(member.fps).toBeCloseTo(30, 0);
      expect(member.loops).toBeGreaterThanOrEqual(4);
      expect(member.connection.framesDropped).toBe(0);
    }
    expect(fleet.get('stream-001')?.server).toEqual({ isReady: true, readers: 2, bytesReceived: 7 });
    expect(fleet.get('stream-002')?.server).toBeNull();
    expect(fleet.get('none')).toBeUndefined();
    const stamps = sender('stream-002').sent.map(({ ptsTicks }) => ptsTicks);
    expect(stamps.every((stamp, index) => stamp === index * 3000)).toBe(true);
    expect(sender('stream-002').sent[0]?.isKey).toBe(true);
    await fleet.stop();
  });

  it('spreads the pictures of its streams over the time between two of them', async () => {
    const { fleet, pass, sender } = fleetOfTest({ staggerUs: 0 }, { fps: 25 });
    fleet.start(6);
    await pass(SECOND);
    const phases = [1, 2, 3, 4, 5, 6].map((n) => (sender(`stream-00${n}`).sent[0]?.captureTimeUs ?? 0) % 40_000);
    expect(new Set(phases).size).toBe(6);
    await fleet.stop();
  });

  it('calls a stream degraded that sends less than its rate', async () => {
    const { fleet, pass, sender } = fleetOfTest();
    fleet.start(2);
    await pass(100_000);
    sender('stream-002').every = 2;
    await pass(8 * SECOND);
    expect(fleet.list().map(({ health }) => health)).toEqual(['healthy', 'degraded']);
    await fleet.stop();
  });

  it('lets a video begin anew when its stream is connected again, and leaves the others alone', async () => {
    const { fleet, pass, sender } = fleetOfTest();
    fleet.start(2);
    await pass(2_500_000);
    const [first, second] = [sender('stream-001'), sender('stream-002')];
    first.fail();
    await pass(SECOND);
    expect(fleet.get('stream-001')).toMatchObject({ health: 'waiting' });
    const before = first.sent.length;
    first.connect();
    await pass(3 * SECOND);
    expect(first.sent[before]).toMatchObject({ ptsTicks: 0, isKey: true });
    expect(fleet.get('stream-001')).toMatchObject({ health: 'healthy', connection: { reconnects: 1 } });
    expect(fleet.get('stream-001')?.connection.framesDropped).toBeGreaterThanOrEqual(29);
    const stamps = second.sent.map(({ ptsTicks }) => ptsTicks);
    expect(stamps.every((stamp, index) => stamp === index * 3000)).toBe(true);
    const [record] = fleet.records();
    expect(record?.errors).toMatchObject([{ code: 'PUBLISH_LOST', count: 1 }]);
    expect((record?.lifetimeUs ?? 0) - (record?.publishingUs ?? 0)).toBeGreaterThanOrEqual(SECOND - 20_000);
    await fleet.stop();
  });

  it('says what happens to many streams in one line', async () => {
    const { fleet, pass, senders, lines } = fleetOfTest();
    fleet.start(40);
    await pass(2 * SECOND);
    for (const sender of senders.values()) sender.fail();
    await pass(SECOND);
    const lost = lines.filter(({ code }) => code === 'PUBLISH_LOST');
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatchObject({ streams: 40, first: 'stream-001', level: 'warn' });
    for (const sender of senders.values()) sender.fail();
    await pass(SECOND);
    expect(lines.filter(({ code }) => code === 'PUBLISH_LOST')).toHaveLength(1);
    await fleet.stop();
  });

  it('adds, restarts and removes streams', async () => {
    const { fleet, pass, sender, users } = fleetOfTest();
    fleet.start(2);
    await pass(SECOND);
    expect((await fleet.add({})).name).toBe('stream-003');
    expect(await fleet.add({ name: 'door', video: 'b.mp4' })).toMatchObject({ name: 'door', video: 'b.mp4' });
    await pass(SECOND);
    await fleet.restart('door');
    expect(sender('door').restarts).toBe(1);
    await fleet.remove('stream-001');
    expect(fleet.list().map(({ name }) => name)).toEqual(['stream-002', 'stream-003', 'door']);
    expect((await fleet.add({})).name).toBe('stream-001');
    expect(fleet.records().map(({ ended }) => ended)).toEqual(['removed', null, null, null, null]);
    expect(users.get('b.mp4')).toBe(3);
    await fleet.stop();
  });

  it('refuses what cannot be added, removed or restarted', async () => {
    const { fleet, pass } = fleetOfTest({ limits: { maxStreams: 2, maxCpuPercent: 90, maxMemoryPercent: 80 } });
    fleet.start(1);
    await pass(SECOND);
    await expect(fleet.add({ name: 'stream-001' })).rejects.toMatchObject({ code: 'STREAM_EXISTS' });
    await expect(fleet.add({ name: '../x' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(fleet.add({ video: 'none' })).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    await fleet.add({});
    await expect(fleet.add({})).rejects.toMatchObject({ code: 'TOO_MANY_STREAMS' });
    await expect(fleet.remove('nobody')).rejects.toMatchObject({ code: 'UNKNOWN_STREAM' });
    await expect(fleet.restart('nobody')).rejects.toMatchObject({ code: 'UNKNOWN_STREAM' });
    await fleet.stop();
  });

  it('takes no name twice while a video is made ready', async () => {
    const { fleet } = fleetOfTest();
    const results = await Promise.allSettled([fleet.add({ name: 'x' }), fleet.add({ name: 'x' })]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await fleet.stop();
  });

  it('ends when every video has come to its end', async () => {
    const { fleet, pass } = fleetOfTest({}, { loops: false });
    let hasEnded = false;
    void fleet.ended.then(() => (hasEnded = true));
    fleet.start(3);
    await pass(1_900_000);
    expect(hasEnded).toBe(false);
    await pass(SECOND);
    expect(hasEnded).toBe(true);
    expect(fleet.records().map(({ ended }) => ended)).toEqual(['finished', 'finished', 'finished']);
    expect(fleet.records().map(({ member }) => member.connection.framesSent)).toEqual([60, 60, 60]);
    await fleet.stop();
  });

  it('waits with those not started while a limit is passed, and goes on when there is room', async () => {
    const { fleet, pass, machine, lines } = fleetOfTest({ staggerUs: 100_000 });
    fleet.start(30);
    await pass(500_000);
    machine.load = { cpuPercent: 99, memoryPercent: 10 };
    await pass(3 * SECOND);
    const held = fleet.list().length;
    expect(held).toBeLessThan(30);
    expect(fleet.resources().notice).toMatch(/^CPU is at 99 % .*not started yet$/);
    await expect(fleet.add({})).rejects.toMatchObject({ code: 'TOO_MANY_STREAMS' });
    machine.load = { cpuPercent: 20, memoryPercent: 10 };
    await pass(6 * SECOND);
    expect(fleet.list()).toHaveLength(30);
    expect(fleet.resources().notice).toBeNull();
    expect(lines.filter(({ code }) => code === 'RESOURCE_LIMIT')).toHaveLength(1);
    await fleet.stop();
  });

  it('ends the newest where a limit stays passed, a tenth at a time, and says so', async () => {
    const { fleet, pass, machine, lines, senders } = fleetOfTest();
    fleet.start(20);
    await pass(2 * SECOND);
    machine.load = { cpuPercent: 20, memoryPercent: 95 };
    await pass(5_500_000);
    expect(fleet.list()).toHaveLength(18);
    expect(fleet.get('stream-020')).toBeUndefined();
    expect(senders.get('stream-020')?.status().state).toBe('stopped');
    expect(fleet.resources().notice).toBe('memory is at 95 % of the machine, the limit is 80 %: 2 streams are ended');
    const warning = lines.find(({ code }) => code === 'RESOURCE_LIMIT');
    expect(warning).toMatchObject({ level: 'warn', shed: ['stream-020', 'stream-019'] });
    machine.load = { cpuPercent: 20, memoryPercent: 70 };
    await pass(10 * SECOND);
    expect(fleet.list()).toHaveLength(18);
    expect(fleet.figures().limited.map(({ shed }) => shed)).toEqual([['stream-020', 'stream-019']]);
    expect(fleet.figures().memoryPercent).toMatchObject({ min: 10, max: 95 });
    await fleet.stop();
  });

  it('starts none of those that wait once streams had to end, and ends with those that play', async () => {
    const { fleet, pass, machine } = fleetOfTest({ staggerUs: 500_000 }, { loops: false });
    let hasEnded = false;
    void fleet.ended.then(() => (hasEnded = true));
    fleet.start(20);
    await pass(SECOND);
    machine.load = { cpuPercent: 99, memoryPercent: 10 };
    await pass(6 * SECOND);
    machine.load = { cpuPercent: 10, memoryPercent: 10 };
    await pass(10 * SECOND);
    expect(fleet.resources().notice).toMatch(/: 1 stream is ended, and \d+ streams are not started$/);
    expect(fleet.list().length + fleet.unstartedStreams).toBe(19);
    expect(fleet.unstartedStreams).toBeGreaterThan(10);
    expect(hasEnded).toBe(true);
    await fleet.stop();
  });

  it('keeps the last stream, whatever else uses the machine', async () => {
    const { fleet, pass, machine } = fleetOfTest();
    fleet.start(2);
    await pass(SECOND);
    machine.load = { cpuPercent: 100, memoryPercent: 10 };
    await pass(60 * SECOND);
    expect(fleet.list()).toHaveLength(1);
    await fleet.stop();
  });

  it('leaves no timer behind', async () => {
    const { fleet, pass, clock } = fleetOfTest();
    fleet.start(10);
    await pass(50_000);
    await fleet.stop();
    await pass(SECOND);
    expect(clock.pending).toBe(0);
  });
});
