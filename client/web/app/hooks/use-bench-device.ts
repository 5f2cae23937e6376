import { useCallback, useEffect, useState } from 'react';
import { joinBench } from '../../browser/connect.js';
import type { BenchStatus } from '../../browser/bench-status.js';
import type { ServerApi } from '../model/api-client.js';

/** Often enough for a countdown of seconds, and too little to disturb what is measured. */
const COUNTDOWN_INTERVAL_MS = 500;

/** This page as a device, and how to try once more when it was refused. */
export interface UsedDevice {
  /** Null while it takes no part. */
  readonly status: BenchStatus | null;
  readonly retry: () => void;
}

/** Takes part in benchmarks as `name`, as long as that is not null; `stream` is received already before. */
export function useBenchDevice(api: ServerApi, name: string | null, stream: string | null): UsedDevice {
  const [status, setStatus] = useState<BenchStatus | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (name === null) return;
    let isWanted = true;
    const show = (next: BenchStatus): void => {
      if (isWanted) setStatus(next);
    };
    const device = joinBench({
      serverUrl: api.base,
      name,
      ...(api.token !== null && { token: api.token }),
      ...(stream !== null && { stream }),
      onStatus: show,
    });
    show(device.status);
    const timer = setInterval(() => {
      if (device.status.endsInUs !== null) show(device.status);
    }, COUNTDOWN_INTERVAL_MS);
    return () => {
      isWanted = false;
      clearInterval(timer);
      device.leave();
      setStatus(null);
    };
  }, [api, name, stream, tries]);
  const retry = useCallback(() => setTries((count) => count + 1), []);
  return { status, retry };
}
