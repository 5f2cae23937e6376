import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { redactUrl } from '../../shared/redact.js';
import { loadCameraList } from '../cameras/camera-list.js';
import type { CameraListConfig } from '../cameras/camera-list-options.js';
import type { Crowd, LoadTarget } from '../load/crowd.js';
import { openCrowd } from '../load/open-crowd.js';
import { ffmpegWhenNeeded } from '../probe/probe-ffmpeg.js';
import { aloneRates, needsRates } from './alone-rates.js';
import type { AloneRates } from './alone-rates.js';
import type { CapacityConfig } from './capacity-config.js';
import type { LoadUnderTest } from './load-under-test.js';
import { withRates } from './expected-rates.js';
import { PublisherProcess } from './publisher-process.js';
import { StreamLoad, readTargets, streamNames } from './stream-load.js';
import { usableCameras } from './usable-cameras.js';
import type { UnusableCamera } from './usable-cameras.js';

/** Load that is there, of size 0. */
export interface OpenedLoad {
  readonly load: LoadUnderTest;
  /** All that its sessions read, or may read. */
  readonly targets: readonly LoadTarget[];
  readonly unit: 'sessions' | 'cameras' | 'streams';
  readonly max: number;
  /** Cameras that were not taken. */
  readonly left: readonly UnusableCamera[];
  /** Of targets that announce no rate, where the objective asks for a share of one. */
  readonly rates: AloneRates;
}

/** What load takes from its surroundings. */
export interface LoadParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user stops. */
  readonly signal: AbortSignal;
  onDoing(what: string): void;
}

/**
 * Opens what `config` asks for: a crowd of sessions, one session for each camera of a list, or a publisher with a reader
 * for each of its streams.
 *
 * @throws {StreamerError} when there is no such list, no camera works, or the publisher does not start.
 */
export async function openLoad(config: CapacityConfig, parts: LoadParts): Promise<OpenedLoad> {
  const { load } = config;
  const max = config.max ?? Infinity;
  switch (load.kind) {
    case 'sessions': {
      const { targets } = load;
      const rates = await ratesOf(targets.slice(0, max), config, parts);
      const crowd = await crowdFor(targets, config, parts);
      return { load: rampedCrowd(crowd, rates), targets, unit: 'sessions', max, left: [], rates };
    }
    case 'cameras':
      return openCameras(load.list, config, parts);
    case 'streams': {
      const names = streamNames(max);
      const targets = readTargets(load.to, redactUrl(load.to), names);
      const streams = await openStreams(load, targets, config, parts);
      // Who publishes knows the rates.
      return { load: streams, targets, unit: 'streams', max, left: [], rates: new Map() };
    }
  }
}

async function openCameras(list: CameraListConfig, config: CapacityConfig, parts: LoadParts): Promise<OpenedLoad> {
  parts.onDoing('reading the list of cameras');
  const { cameras, left: unread } = await loadCameraList(list, parts);
  const onTried = (tried: number, working: number) =>
    parts.onDoing(`trying cameras: ${tried} of ${cameras.length} so far, ${working} send pictures`);
  onTried(0, 0);
  const { usable, left } = await usableCameras(cameras, {
    ...{ enough: config.max ?? Infinity, signal: parts.signal, onTried },
    openCrowd: openerFor(config, parts),
  });
  const [example] = left;
  if (usable.length === 0) {
    const why = example ? `; of ${example.name}: ${example.why}` : '.';
    throw new StreamerError('NO_CAMERAS', `None of ${cameras.length} cameras sends pictures${why}`);
  }
  const max = usable.length;
  const rates = await ratesOf(usable, config, parts);
  const crowd = await crowdFor(usable, config, parts);
  const load = rampedCrowd(crowd, rates);
  return { load, targets: usable, unit: 'cameras', max, left: [...unread, ...left], rates };
}

async function ratesOf(targets: readonly LoadTarget[], config: CapacityConfig, parts: LoadParts): Promise<AloneRates> {
  if (!needsRates(config.objective)) return new Map();
  return aloneRates(targets, { ...parts, openCrowd: openerFor(config, parts) }, config.stepSeconds * 1e6);
}

/** Makes crowds for a few sessions. */
function openerFor(config: CapacityConfig, parts: LoadParts): (targets: readonly LoadTarget[]) => Promise<Crowd> {
  return (targets) => crowdFor(targets, { ...config, workers: 1 }, parts);
}

async function openStreams(
  { to, videos }: { readonly to: string; readonly videos: readonly string[] },
  targets: readonly LoadTarget[],
  config: CapacityConfig,
  parts: LoadParts,
): Promise<LoadUnderTest> {
  parts.onDoing('starting the publisher');
  const options = { to, videos, maxStreams: targets.length, env: parts.env, signal: parts.signal };
  const publisher = await PublisherProcess.start(options, parts.clock);
  try {
    const crowd = await crowdFor(targets, config, parts);
    return new StreamLoad(
      targets.map(({ name }) => name),
      publisher,
      crowd,
      parts.clock,
      parts.signal,
    );
  } catch (error) {
    await publisher.stop();
    throw error;
  }
}

async function crowdFor(targets: readonly LoadTarget[], config: CapacityConfig, parts: LoadParts): Promise<Crowd> {
  const needsFfmpeg = targets.some(({ kind }) => kind === 'ffmpeg');
  const ffmpeg = needsFfmpeg ? await ffmpegWhenNeeded(parts.env)() : null;
  const { workers, token, objective } = config;
  // A session that broke is a broken term at once, unless the objective lets it try again.
  const reconnect = objective.terms.some(({ figure, limit }) => figure.name === 'reconnects' && limit > 0);
  return openCrowd(
    {
      targets,
      workers,
      token,
      headers: {},
      reconnect,
      ffmpegPath: ffmpeg?.path ?? null,
      sessionName: 'capacity',
    },
    parts,
  );
}

/** Sessions that connect in the same moment would be a storm that no limit of sessions is about. */
const CONNECTS_PER_SECOND = 500;
const LONGEST_RAMP_MS = 2000;

function rampedCrowd(crowd: Crowd, rates: AloneRates): LoadUnderTest {
  let size = 0;
  const rateOf = new Map([...rates].map(([{ shownUrl }, rate]) => [shownUrl, rate]));
  return {
    resize: (wanted) => {
      const added = Math.max(0, wanted - size);
      size = wanted;
      return crowd.resize(wanted, Math.min(LONGEST_RAMP_MS, (added * 1000) / CONNECTS_PER_SECOND));
    },
    begin: () => crowd.begin(),
    progress: () => crowd.progress(),
    end: async () => {
      const figures = await crowd.end();
      return { ...figures, sessions: withRates(figures.sessions, ({ target }) => rateOf.get(target ?? '')) };
    },
    close: () => crowd.close(),
  };
}
