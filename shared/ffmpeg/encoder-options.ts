/** What an encoder is wanted for. */
export interface EncoderWish {
  /** `h264`, `h265` or `mjpeg` for the software encoder, or FFmpeg's name of an encoder, such as `h264_nvenc`. */
  readonly encoder: string;
  /** Bits a second, on average and at most; JPEGs are of a fixed quality. */
  readonly bitrateBps: number;
  /** Seconds from key picture to key picture. */
  readonly gopSeconds: number;
  /** Pictures a second, as they are expected: with more or fewer the bitrate is more or less. */
  readonly fps: number;
  /**
   * As the encoder calls it; `ultrafast` of libx264 and libx265, the encoder's own of others where it is left out. Encoders
   * that have none are not told.
   */
  readonly preset?: string | undefined;
  /** As FFmpeg calls it, such as `yuv420p`, the default; JPEGs are what RTP carries. */
  readonly pixelFormat?: string | undefined;
}

/** Codecs that can be encoded. */
export type EncodedCodec = 'h264' | 'h265' | 'mjpeg';

/** An encoder as FFmpeg knows it. */
export interface EncoderTraits {
  readonly codec: EncodedCodec;
  readonly isHardware: boolean;
  /** Absent where it has no presets; null is its own. */
  readonly defaultPreset?: string | null;
  /** Where frames go in; `yuv420p` unless said. */
  readonly defaultPixelFormat?: string;
  /** Options before the input. */
  readonly globalOptions?: readonly string[];
  /** Behind the filters that every encoder gets. */
  readonly filter?: string;
  /** What keeps it from holding a picture back. */
  readonly options: readonly string[];
  /** The same, where this FFmpeg's encoder has the option. */
  readonly newerOptions?: Readonly<Record<string, string>>;
  /** Options that depend on the rate of pictures: rate control without look-ahead has to be told it. */
  readonly perRate?: (fps: number) => readonly string[];
}

const NVENC = {
  isHardware: true,
  defaultPreset: null,
  options: ['-zerolatency', '1', '-delay', '0', '-rc', 'cbr', '-forced-idr', '1'],
};
const QSV = {
  isHardware: true,
  defaultPreset: null,
  defaultPixelFormat: 'nv12',
  options: ['-async_depth', '1', '-look_ahead', '0'],
  newerOptions: { forced_idr: '1' },
};
const VAAPI = {
  isHardware: true,
  defaultPixelFormat: 'nv12',
  globalOptions: ['-init_hw_device', 'vaapi=gpu', '-filter_hw_device', 'gpu'],
  filter: 'hwupload',
  options: [],
  newerOptions: { async_depth: '1' },
};
const VIDEOTOOLBOX = { isHardware: true, defaultPixelFormat: 'nv12', options: ['-realtime', '1'] };

/** Encoders that can be chosen, by FFmpeg's names. */
export const ENCODERS: Readonly<Record<string, EncoderTraits>> = {
  libx264: {
    codec: 'h264',
    isHardware: false,
    defaultPreset: 'ultrafast',
    options: ['-tune', 'zerolatency', '-sc_threshold', '0', '-forced-idr', '1'],
    // FFmpeg of 2018 takes the unit of time for the rate of pictures otherwise.
    perRate: (fps) => ['-x264-params', `fps=${fps}`],
  },
  libopenh264: { codec: 'h264', isHardware: false, options: ['-allow_skip_frames', '0'] },
  libx265: {
    codec: 'h265',
    isHardware: false,
    defaultPreset: 'ultrafast',
    options: ['-tune', 'zerolatency', '-forced-idr', '1'],
    perRate: (fps) => ['-x265-params', `fps=${fps}:scenecut=0:open-gop=0:frame-threads=1:log-level=error`],
  },
  // With more threads each of them holds a picture.
  mjpeg: { codec: 'mjpeg', isHardware: false, options: ['-threads', '1', '-huffman', 'default'] },
  h264_nvenc: { codec: 'h264', ...NVENC },
  hevc_nvenc: { codec: 'h265', ...NVENC },
  h264_qsv: { codec: 'h264', ...QSV },
  hevc_qsv: { codec: 'h265', ...QSV },
  h264_vaapi: { codec: 'h264', ...VAAPI },
  hevc_vaapi: { codec: 'h265', ...VAAPI },
  h264_videotoolbox: { codec: 'h264', ...VIDEOTOOLBOX },
  hevc_videotoolbox: { codec: 'h265', ...VIDEOTOOLBOX },
};

/** Units of time of the encoder, those of MPEG-TS and RTP, so that no time is rounded. */
const TIME_BASE = '1:90000';
/** Half a second of data may come at once, such as a key picture: the delay that it costs on a line of just that rate. */
const BUFFER_SECONDS = 0.5;
/** Key pictures come by time; this only bounds what an encoder would do on its own. */
const MOST_GOPS = 10;
/** RFC 2435 tells sides in units of 8 pixels, in one byte. */
const JPEG_FILTERS =
  "scale=w='min(iw,2040)':h='min(ih,2040)':force_original_aspect_ratio=decrease,pad=ceil(iw/8)*8:ceil(ih/8)*8,format=yuvj420p";
/** 4:2:0 has one colour for two pixels of each side. */
const EVEN_SIDES = 'pad=ceil(iw/2)*2:ceil(ih/2)*2';
const JPEG_QUALITY = '4';

/**
 * FFmpeg's options between input and output for a picture to come out for each that goes in, at once and with its time.
 *
 * @param passEveryFrame of `FfmpegVersion`
 */
export function encodingOptions(
  name: string,
  traits: EncoderTraits,
  wish: EncoderWish,
  passEveryFrame: readonly string[],
): string[] {
  const { codec, defaultPreset, defaultPixelFormat = 'yuv420p', filter, options, perRate } = traits;
  const { fps, pixelFormat = defaultPixelFormat } = wish;
  const preset = defaultPreset === undefined ? null : (wish.preset ?? defaultPreset);
  const filters = codec === 'mjpeg' ? JPEG_FILTERS : `${EVEN_SIDES},format=${pixelFormat}`;
  return [
    ...[
      '-map',
      '0:v:0',
      ...passEveryFrame,
      '-enc_time_base',
      TIME_BASE,
      '-vf',
      filter === undefined ? filters : `${filters},${filter}`,
    ],
    ...['-c:v', name, ...(preset === null ? [] : ['-preset', preset]), ...options],
    ...(perRate?.(fps) ?? []),
    ...(codec === 'mjpeg' ? ['-q:v', JPEG_QUALITY] : rateOptions(wish)),
  ];
}

function rateOptions({ bitrateBps, gopSeconds, fps }: EncoderWish): string[] {
  // A picture that comes a little early is still the one that is due.
  const every = gopSeconds - 0.5 / fps;
  return [
    ...['-color_range', 'tv', '-colorspace', 'bt470bg', '-bf', '0'],
    ...['-b:v', `${bitrateBps}`, '-maxrate', `${bitrateBps}`, '-bufsize', `${Math.ceil(bitrateBps * BUFFER_SECONDS)}`],
    ...['-g', `${Math.ceil(MOST_GOPS * fps * gopSeconds)}`],
    ...['-force_key_frames', `expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+${every}))`],
  ];
}
