import type { ReactElement } from 'react';
import { AddStreamDialog } from '../components/add-stream-dialog.js';
import { StreamTile } from '../components/stream-tile.js';
import { goTo } from '../hooks/use-route.js';
import { useSession } from '../hooks/use-session.js';
import type { LiveView } from '../model/live-store.js';

/** All streams at a glance. */
export function WallPage({ view, isAdding }: WallPageProps): ReactElement {
  const { canChange } = useSession();
  return (
    <>
      <div className="page-head">
        <h1>Streams</h1>
        {canChange && (
          <a className="button primary" href="#/add">
            Add stream
          </a>
        )}
      </div>
      <Wall view={view} />
      {isAdding && canChange && <AddStreamDialog onClose={() => goTo({ page: 'wall', dialog: null })} />}
    </>
  );
}

export interface WallPageProps {
  readonly view: LiveView;
  /** Whether the form for a new stream is open. */
  readonly isAdding: boolean;
}

function Wall({ view }: { readonly view: LiveView }): ReactElement {
  if (view.server === null) return <p className="waiting">Connecting to the server…</p>;
  if (view.streams.length === 0) return <EmptyWall />;
  return (
    <>
      <ul className="wall" data-size={tileSize(view.streams.length)}>
        {view.streams.map((stream) => (
          <li key={stream.name}>
            <StreamTile stream={stream} stats={view.stats.get(stream.name) ?? null} />
          </li>
        ))}
      </ul>
      <p className="wall-note">
        <a href="#/join">Take part in a benchmark</a> with this device, or open that page on a phone.
      </p>
    </>
  );
}

/** A few streams are large, not lost in a row of empty places; many have to fit. */
function tileSize(count: number): 'large' | 'medium' | 'small' {
  if (count < 3) return 'large';
  return count < 10 ? 'medium' : 'small';
}

function EmptyWall(): ReactElement {
  const { canChange } = useSession();
  return (
    <section className="empty" aria-label="No streams">
      <h2>No streams yet</h2>
      {canChange ? (
        <p>
          <a href="#/add">Add a stream</a> by the address of a camera, or start the server with one:
        </p>
      ) : (
        <p>Streams can be added here with the admin token, or when the server is started:</p>
      )}
      <pre>streamer-server door=rtsp://192.0.2.10/stream1</pre>
    </section>
  );
}
