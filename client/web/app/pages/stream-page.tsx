import { type ReactElement, useRef, useState } from 'react';
import type { ApiStream } from '../../../../shared/api/stream-schema.js';
import type { BrowserStats } from '../../browser/frame-stream.js';
import { StreamViewer } from '../../react/stream-viewer.js';
import { LatencyChart } from '../charts/latency-chart.js';
import { LatencyHistogram } from '../charts/latency-histogram.js';
import { ClientTable } from '../components/client-table.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { EditStreamDialog } from '../components/edit-stream-dialog.js';
import { RecordingsPanel } from '../components/recordings-panel.js';
import { SettingsPanel } from '../components/settings-panel.js';
import { StageWaterfall } from '../components/stage-waterfall.js';
import { StreamFigures } from '../components/stream-figures.js';
import { StreamHead } from '../components/stream-head.js';
import { goTo } from '../hooks/use-route.js';
import { useSession } from '../hooks/use-session.js';
import { type LatencyBin, LatencySamples, binLatencies } from '../model/latency-bins.js';
import type { LiveView } from '../model/live-store.js';
import { type Route, withoutDialog } from '../model/router.js';

type StreamRoute = Extract<Route, { page: 'stream' }>;

/** One stream large, with all that is known of it. */
export function StreamPage({ view, route }: StreamPageProps): ReactElement {
  const stream = view.streams.find(({ name }) => name === route.name);
  if (view.server === null) return <p className="waiting">Connecting to the server…</p>;
  if (stream === undefined) {
    return (
      <section className="empty">
        <h1>No stream “{route.name}”</h1>
        <p>
          It was removed, or the address is wrong. <a href="#/">All streams</a>
        </p>
      </section>
    );
  }
  return (
    <>
      <StreamHead stream={stream} />
      <StreamBody stream={stream} view={view} />
      <StreamDialog stream={stream} route={route} />
    </>
  );
}

export interface StreamPageProps {
  readonly view: LiveView;
  readonly route: StreamRoute;
}

function StreamBody({ stream, view }: { readonly stream: ApiStream; readonly view: LiveView }): ReactElement {
  const { api } = useSession();
  const samples = useRef(new LatencySamples());
  const [ownStats, setOwnStats] = useState<BrowserStats | null>(null);
  const [isOld, setOld] = useState(true);
  const [bins, setBins] = useState<readonly LatencyBin[]>([]);
  const stats = view.stats.get(stream.name) ?? null;
  return (
    <>
      <div className="stream-top">
        <StreamViewer
          className="stream-picture"
          serverUrl={api.base}
          streamId={stream.name}
          token={api.token ?? undefined}
          clientName="web interface"
          onFrame={({ latencyUs }) => {
            if (latencyUs !== null) samples.current.add(latencyUs);
          }}
          onStats={(next) => {
            setOwnStats(next);
            setBins(binLatencies(samples.current.toArray()));
          }}
          onPicture={(picture) => setOld(picture.isOld)}
        />
        {/* What this page measures is not of now while nothing comes. */}
        <StreamFigures stream={stream} stats={stats} ownStats={isOld ? null : ownStats} />
      </div>
      <LatencyChart history={view.history.get(stream.name) ?? []} />
      <div className="two-panels">
        <LatencyHistogram bins={bins} />
        <StageWaterfall stats={stats} />
      </div>
      <ClientTable stream={stream.name} clients={view.clients} nowUs={view.server?.nowUs ?? 0} />
      <div className="two-panels loose">
        <RecordingsPanel stream={stream} />
        <SettingsPanel stream={stream} stats={stats} />
      </div>
    </>
  );
}

function StreamDialog({ stream, route }: { stream: ApiStream; route: StreamRoute }): ReactElement | null {
  const { api, canChange } = useSession();
  const close = (): void => goTo(withoutDialog(route));
  if (!canChange || route.dialog === null) return null;
  if (route.dialog === 'edit') return <EditStreamDialog stream={stream} onClose={close} />;
  return (
    <ConfirmDialog
      title={`Remove ${stream.name}?`}
      verb="Remove stream"
      action={() => api.removeStream(stream.name)}
      onClose={(isDone) => (isDone ? goTo({ page: 'wall', dialog: null }) : close())}
    >
      <p>Everyone who watches it is disconnected from it. Recordings stay.</p>
    </ConfirmDialog>
  );
}
