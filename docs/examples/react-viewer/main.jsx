import { StreamViewer } from 'frame-streamer/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

// The page's address says what to show: /?server=http://machine-a:8080&stream=cam1&token=secret
const address = new URLSearchParams(location.search);
const serverUrl = address.get('server') ?? 'http://localhost:8080';

function Page() {
  const [isShown, setShown] = useState(true);
  const [isPaused, setPaused] = useState(false);
  const [fit, setFit] = useState('contain');
  const [latency, setLatency] = useState(null);
  return (
    <main>
      <h1>A stream in a React page</h1>
      <p>
        <label>
          <input type="checkbox" checked={isShown} onChange={(event) => setShown(event.target.checked)} /> Show
        </label>
        <label>
          <input type="checkbox" checked={isPaused} onChange={(event) => setPaused(event.target.checked)} /> Pause
        </label>
        <label>
          Fit
          <select value={fit} onChange={(event) => setFit(event.target.value)}>
            <option>contain</option>
            <option>cover</option>
            <option>fill</option>
          </select>
        </label>
      </p>
      {isShown && (
        <StreamViewer
          serverUrl={serverUrl}
          streamId={address.get('stream') ?? undefined}
          token={address.get('token') ?? undefined}
          fit={fit}
          paused={isPaused}
          showStats
          onStats={(stats) => setLatency(stats.latency)}
          style={{ width: 'min(100%, 60rem)' }}
        />
      )}
      <p>{latency ? `p50 ${(latency.p50Us / 1000).toFixed(1)} ms ± ${(latency.errorUs / 1000).toFixed(1)} ms` : '…'}</p>
    </main>
  );
}

createRoot(document.getElementById('app')).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
