import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';

/** A few seconds of HLS as FFmpeg makes it: files by their names, and the key of those that are encrypted. */
export class HlsVideo {
  private constructor(readonly files: ReadonlyMap<string, Buffer>) {}

  /** The playlist is `index.m3u8`; with `keyUrl` its segments are encrypted, and it says that their key is there. */
  static async make(keyUrl: string | null = null): Promise<HlsVideo> {
    const folder = await mkdtemp(join(tmpdir(), 'hls-'));
    try {
      const { ffmpegPath } = await findFfmpeg(process.env);
      const picture = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=10', '-t', '4', '-c:v', 'mpeg2video', '-g', '10'];
      const hls = ['-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', '-hls_playlist_type', 'vod'];
      await writeFile(join(folder, 'key'), KEY);
      await writeFile(join(folder, 'key-info'), `${keyUrl}\nkey\n`);
      const key = keyUrl === null ? [] : ['-hls_key_info_file', 'key-info'];
      await execa(ffmpegPath, ['-v', 'error', ...picture, ...hls, ...key, 'index.m3u8'], { cwd: folder });
      const names = await readdir(folder);
      const files = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const));
      return new HlsVideo(new Map(files));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** The playlist, with the address of its second segment replaced. */
  playlist(secondSegment?: string): string {
    const text = this.files.get('index.m3u8')?.toString() ?? '';
    return secondSegment === undefined ? text : text.replace('index1.ts', secondSegment);
  }
}

const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
