import type { ReactElement } from 'react';
import { AddPublisherDialog } from '../components/add-publisher-dialog.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { FleetFigures } from '../components/fleet-figures.js';
import { PublisherTable } from '../components/publisher-table.js';
import { goTo } from '../hooks/use-route.js';
import { useSession } from '../hooks/use-session.js';
import type { LiveView } from '../model/live-store.js';
import type { Route } from '../model/router.js';

type PublishersRoute = Extract<Route, { page: 'publishers' }>;

/** The publishers of a fleet: how they are, and what the machine has left for more. */
export function PublishersPage({ view, route }: PublishersPageProps): ReactElement {
  const { canChange } = useSession();
  const { server, fleet } = view;
  if (server === null) return <p className="waiting">Connecting to the server…</p>;
  if (fleet === null) {
    return (
      <section className="empty">
        <h1>No publishers</h1>
        <p>This server publishes no videos. A fleet of publishers is started with:</p>
        <pre>streamer-server publish --to rtsp://127.0.0.1:8554 --streams 10 --http-port 8080</pre>
      </section>
    );
  }
  return (
    <>
      <div className="page-head">
        <h1>Publishers</h1>
        {canChange && (
          <a className="button primary" href="#/publishers/add">
            Add publisher
          </a>
        )}
      </div>
      <FleetFigures fleet={fleet} />
      <PublisherTable publishers={fleet.publishers} />
      {canChange && <PublishersDialog route={route} videos={fleet.videos} />}
    </>
  );
}

export interface PublishersPageProps {
  readonly view: LiveView;
  readonly route: PublishersRoute;
}

function PublishersDialog({ route, videos }: PublishersDialogProps): ReactElement | null {
  const { api } = useSession();
  const close = (): void => goTo({ page: 'publishers', dialog: null });
  if (route.dialog === 'add') return <AddPublisherDialog videos={videos} onClose={close} />;
  if (route.dialog !== 'remove') return null;
  const { name } = route;
  return (
    <ConfirmDialog
      title={`Remove ${name}?`}
      verb="Remove publisher"
      action={() => api.removePublisher(name)}
      onClose={close}
    >
      <p>Its stream goes from the RTSP server, and everyone who reads it there is disconnected.</p>
    </ConfirmDialog>
  );
}

interface PublishersDialogProps {
  readonly route: PublishersRoute;
  readonly videos: readonly string[];
}
