import { useCallback, useEffect, useState } from 'react';
import type { ApiRecordingList } from '../../../../shared/api/recording-schema.js';
import { type ApiError, type ServerApi, toApiError } from '../model/api-client.js';

/** How often the list is asked for again while a file grows. */
const POLL_MS = 3_000;

/**
 * The recordings of a stream, newest first; asked for again when recording starts or stops, while it goes on, and when the
 * server is back after it was away.
 */
export function useRecordings(
  api: ServerApi,
  name: string,
  isRecording: boolean,
  isConnected: boolean,
): { list: ApiRecordingList | null; problem: ApiError | null; reload: () => Promise<void> } {
  const [list, setList] = useState<ApiRecordingList | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const reload = useCallback(async () => {
    try {
      setList(await api.recordings(name));
      setProblem(null);
    } catch (thrown) {
      setProblem(toApiError(thrown));
    }
  }, [api, name]);
  useEffect(() => {
    if (!isConnected) return;
    void reload();
    if (!isRecording) return;
    const timer = setInterval(() => void reload(), POLL_MS);
    return () => clearInterval(timer);
  }, [reload, isRecording, isConnected]);
  return { list, problem, reload };
}
