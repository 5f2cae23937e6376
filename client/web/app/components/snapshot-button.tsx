import { type ReactElement, useCallback } from 'react';
import { useAction } from '../hooks/use-action.js';
import { useSession } from '../hooks/use-session.js';
import { momentText } from '../model/texts.js';
import { ProblemText } from './problem-text.js';

/** Downloads the newest picture of a stream. */
export function SnapshotButton({ stream }: { readonly stream: string }): ReactElement {
  const { api } = useSession();
  const { run, isRunning, problem } = useAction(
    useCallback(async () => {
      const picture = await api.snapshot(stream);
      const moment = momentText(new Date().toISOString()).replace(' ', 'T').replaceAll(':', '-');
      download(picture, `${stream}-${moment}.jpg`);
    }, [api, stream]),
  );
  return (
    <>
      <button type="button" disabled={isRunning} onClick={() => void run()}>
        Snapshot
      </button>
      {problem !== null && <ProblemText problem={problem} />}
    </>
  );
}

/** The token travels in a header and not in the address, so the picture is asked for first and saved from memory. */
function download(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser has taken hold of it once the click was handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
