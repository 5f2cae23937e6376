import { describe, expect, it } from 'vitest';
import { doesAsPlanned, planLive } from '../../../../server/sources/live-plan.js';
import type { LiveWishes } from '../../../../server/sources/live-plan.js';

const WANTED = { width: null, height: null, quality: null, isProcessed: false };
const WISHES: LiveWishes = {
  ffmpegPath: 'ffmpeg',
  hwaccel: 'none',
  passEveryFrame: ['-vsync', '0'],
  maxBuffers: 4,
  wanted: WANTED,
  fps: null,
};
const H264 = { codec: 'h264', width: 1280, height: 720, fps: 25 };
const MJPEG = { codec: 'mjpeg', width: 640, height: 480, fps: 25 };

/** The value of an option. */
function after(options: readonly string[], option: string): string | undefined {
  return options.includes(option) ? options[options.indexOf(option) + 1] : undefined;
}

function filters(wishes: Partial<LiveWishes>): string | undefined {
  return after(planLive({ ...WISHES, ...wishes }, null).outputOptions, '-vf');
}

describe('planLive', () => {
  it('decodes what was never reached, without delay and with one thread', () => {
    expect(planLive(WISHES, null)).toEqual({
      mode: 'decode',
      hasPackets: false,
      inputOptions: ['-loglevel', 'verbose', '-threads', '1', '-flags', 'low_delay'],
      outputOptions: [
        ...['-an', '-sn', '-dn', '-vf', "scale='max(1,round(iw*sar))':'max(1,round(ih))',setsar=1", '-vsync', '0'],
        ...['-pix_fmt', 'rgb24', '-c:v', 'ppm', '-flush_packets', '1', '-f', 'image2pipe'],
      ],
    });
    expect(doesAsPlanned(planLive(WISHES, null), planLive(WISHES, H264))).toBe(true);
  });

  it('copies Motion JPEG of which nothing else is asked', () => {
    const plan = planLive({ ...WISHES, hwaccel: 'vaapi', fps: 5 }, MJPEG);
    expect(plan).toEqual({
      mode: 'copy',
      hasPackets: false,
      inputOptions: ['-loglevel', 'verbose'],
      outputOptions: ['-an', '-sn', '-dn', '-c:v', 'copy', '-flush_packets', '1', '-f', 'mpjpeg'],
    });
    expect(doesAsPlanned(plan, planLive(WISHES, H264))).toBe(false);
    const same = { ...WANTED, width: 640, height: 480 };
    expect(planLive({ ...WISHES, wanted: same }, MJPEG).mode).toBe('copy');
    for (const wanted of [
      { ...WANTED, width: 320 },
      { ...WANTED, quality: 50 },
      { ...WANTED, isProcessed: true },
    ]) {
      expect(planLive({ ...WISHES, wanted }, MJPEG).mode).toBe('decode');
    }
  });

  it('begins again for packets that are wanted and lacking, and not to be rid of them', () => {
    const [without, withPackets] = [planLive(WISHES, H264), planLive({ ...WISHES, wantsPackets: true }, H264)];
    expect(withPackets).toEqual({ ...without, hasPackets: true });
    expect(doesAsPlanned(without, withPackets)).toBe(false);
    expect(doesAsPlanned(withPackets, without)).toBe(true);
    expect(doesAsPlanned(withPackets, withPackets)).toBe(true);
  });

  it('decodes what is too much for one thread with a few, which delay it', () => {
    const { inputOptions } = planLive({ ...WISHES, hwaccel: 'cuda' }, { ...H264, width: 3840, height: 2160, fps: 30 });
    expect(inputOptions).toEqual(['-loglevel', 'verbose', '-hwaccel', 'cuda', '-threads', '4']);
    expect(planLive(WISHES, { ...H264, width: 3840, height: 2160, fps: 0 }).inputOptions).toContain('4');
  });

  it('scales to what is asked for, and lets the other side follow the aspect', () => {
    expect(filters({ wanted: { ...WANTED, width: 320 } })).toBe("scale='320':'max(1,round(320/dar))',setsar=1");
    expect(filters({ wanted: { ...WANTED, height: 240 } })).toBe("scale='max(1,round(240*dar))':'240',setsar=1");
    expect(filters({ wanted: { ...WANTED, width: 320, height: 240 } })).toBe("scale='320':'240',setsar=1");
  });

  it('thins before it scales', () => {
    expect(filters({ fps: 5 })).toMatch(/^select='isnan\(prev_selected_t\)\+.*t\*5\+0\.5.*',scale=/);
  });
});
