import { type ReactElement, useState } from 'react';
import type { ApiClient } from '../../../../shared/api/client-schema.js';
import { formatWithError } from '../../../../shared/units.js';
import { useSession } from '../hooks/use-session.js';
import { NOTHING, sinceText } from '../model/texts.js';
import { ConfirmDialog } from './confirm-dialog.js';

const TRANSPORTS: Readonly<Record<string, string>> = {
  tcp: 'TCP',
  classic: 'Classic',
  mjpeg: 'MJPEG',
  websocket: 'WebSocket',
};

/** Who watches a stream, and how it reaches them. */
export function ClientTable({ stream, clients, nowUs }: ClientTableProps): ReactElement {
  const { api, canChange } = useSession();
  const [leaving, setLeaving] = useState<ApiClient | null>(null);
  const watching = clients.filter(({ streams }) => streams.some((subscribed) => subscribed.stream === stream));
  return (
    <section className="panel" aria-labelledby="clients-title">
      <h2 id="clients-title">
        Clients <span className="count">{watching.length}</span>
      </h2>
      {watching.length === 0 ? (
        <p className="nothing">Nobody watches.</p>
      ) : (
        <div className="table-scroll" role="region" aria-labelledby="clients-title" tabIndex={0}>
          <table className="data-table">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Address</th>
                <th scope="col">By</th>
                <th scope="col">Since</th>
                <th scope="col">Latency p50</th>
                <th scope="col">p99</th>
                <th scope="col" className="number">
                  Sent
                </th>
                <th scope="col" className="number">
                  Skipped
                </th>
                <th scope="col" className="number">
                  Lost
                </th>
                {canChange && (
                  <th scope="col">
                    <span className="visually-hidden">Disconnect</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {watching.map((client) => (
                <ClientRow key={client.id} {...{ client, stream, nowUs }} onKick={canChange ? setLeaving : null} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {leaving !== null && (
        <ConfirmDialog
          title={`Disconnect ${leaving.name}?`}
          verb="Disconnect"
          action={() => api.kick(leaving)}
          onClose={() => setLeaving(null)}
        >
          <p>It is told that an administrator ended the connection. It can connect again.</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

export interface ClientTableProps {
  readonly stream: string;
  readonly clients: readonly ApiClient[];
  /** The server's clock, microseconds since the epoch. */
  readonly nowUs: number;
}

function ClientRow({ client, stream, nowUs, onKick }: ClientRowProps): ReactElement {
  const counters = client.streams.find((subscribed) => subscribed.stream === stream);
  const latency = (us: number | undefined): string =>
    us === undefined ? NOTHING : formatWithError(us, client.latency?.errorUs ?? null);
  return (
    <tr>
      <th scope="row">{client.name}</th>
      <td>{client.peer ?? NOTHING}</td>
      <td>{TRANSPORTS[client.transport] ?? client.transport}</td>
      <td>{sinceText(client.connectedAtUs, nowUs)}</td>
      <td>{latency(client.latency?.p50Us)}</td>
      <td>{latency(client.latency?.p99Us)}</td>
      <td className="number">{counters?.sentFrames.toLocaleString('en') ?? NOTHING}</td>
      <td className="number">{counters?.skippedFrames.toLocaleString('en') ?? NOTHING}</td>
      <td className="number">{client.lostFrames.toLocaleString('en')}</td>
      {onKick !== null && (
        <td>
          <button
            type="button"
            className="small"
            aria-label={`Disconnect ${client.name}`}
            onClick={() => onKick(client)}
          >
            Disconnect
          </button>
        </td>
      )}
    </tr>
  );
}

interface ClientRowProps {
  readonly client: ApiClient;
  readonly stream: string;
  readonly nowUs: number;
  readonly onKick: ((client: ApiClient) => void) | null;
}
