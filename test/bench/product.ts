import type * as sessionModule from '../../client/session.js';
import type * as trackerModule from '../../shared/receiver/sequence-tracker.js';
import type * as openStreamsModule from '../../server/open-streams.js';
import type * as configModule from '../../server/config.js';
import type * as clientsModule from '../../server/clients.js';
import type * as hubModule from '../../server/hub/hub.js';
import type * as jpegCodecModule from '../../server/pipeline/jpeg-codec.js';
import type * as framePipelineModule from '../../server/pipeline/frame-pipeline.js';
import type * as frozenDetectorModule from '../../server/sources/frozen-detector.js';
import type * as ffmpegBinaryModule from '../../shared/ffmpeg/ffmpeg-binary.js';
import type * as streamOpenerModule from '../../server/stream-opener.js';
import type * as mjpegModule from '../../server/transports/mjpeg-transport.js';
import type * as tcpModule from '../../server/transports/tcp-transport.js';
import type * as webSocketModule from '../../server/transports/websocket-transport.js';
import type * as histogramModule from '../../shared/histogram.js';
import type * as loggerModule from '../../shared/logger.js';
import type * as codecModule from '../../shared/protocol/codec.js';
import type * as parserModule from '../../shared/protocol/parser.js';

/** Modules that are measured, by their path. */
interface Product {
  'client/session.js': typeof sessionModule;
  'shared/receiver/sequence-tracker.js': typeof trackerModule;
  'server/open-streams.js': typeof openStreamsModule;
  'server/config.js': typeof configModule;
  'server/clients.js': typeof clientsModule;
  'server/hub/hub.js': typeof hubModule;
  'server/pipeline/jpeg-codec.js': typeof jpegCodecModule;
  'server/pipeline/frame-pipeline.js': typeof framePipelineModule;
  'shared/ffmpeg/ffmpeg-binary.js': typeof ffmpegBinaryModule;
  'server/sources/frozen-detector.js': typeof frozenDetectorModule;
  'server/stream-opener.js': typeof streamOpenerModule;
  'server/transports/mjpeg-transport.js': typeof mjpegModule;
  'server/transports/tcp-transport.js': typeof tcpModule;
  'server/transports/websocket-transport.js': typeof webSocketModule;
  'shared/histogram.js': typeof histogramModule;
  'shared/logger.js': typeof loggerModule;
  'shared/protocol/codec.js': typeof codecModule;
  'shared/protocol/parser.js': typeof parserModule;
}

/**
 * Loads a module as it is shipped. What tsx makes of the sources is not the same code: it names every function when it
 * is made, which shows wherever a hot path makes one.
 */
export function product<K extends keyof Product>(path: K): Promise<Product[K]> {
  return import(new URL(`../../dist/${path}`, import.meta.url).href) as Promise<Product[K]>;
}
