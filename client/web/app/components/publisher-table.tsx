import { type ReactElement, useCallback } from 'react';
import type { ApiPublisher } from '../../../../shared/api/publisher-schema.js';
import { formatMbps, formatSize } from '../../../../shared/units.js';
import { useAction } from '../hooks/use-action.js';
import { useSession } from '../hooks/use-session.js';
import { UNKNOWN_HEALTH } from '../model/health.js';
import { publisherHealthOf } from '../model/publisher-health.js';
import { formatRoute } from '../model/router.js';
import { NOTHING, rateText } from '../model/texts.js';
import { ProblemText } from './problem-text.js';

/** All publishers of the fleet with their figures, and what can be done with each. */
export function PublisherTable({ publishers }: { readonly publishers: readonly ApiPublisher[] }): ReactElement {
  const { api, canChange } = useSession();
  const { run, problem } = useAction(useCallback((name: string) => api.restartPublisher(name), [api]));
  return (
    <section className="panel" aria-labelledby="publishers-title">
      <h2 id="publishers-title">
        Publishers <span className="count">{publishers.length}</span>
      </h2>
      {problem !== null && <ProblemText problem={problem} />}
      {publishers.length === 0 ? (
        <p className="nothing">Nothing is published.</p>
      ) : (
        <div className="table-scroll" role="region" aria-labelledby="publishers-title" tabIndex={0}>
          <table className="data-table publishers">
            <TableHead canChange={canChange} />
            <tbody>
              {publishers.map((publisher) => (
                <PublisherRow key={publisher.name} publisher={publisher} onRestart={canChange ? run : null} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

const NUMBERS = ['Frames a second', 'Data rate', 'Frames', 'Dropped', 'Reconnects', 'Loops', 'Readers'];

function TableHead({ canChange }: { readonly canChange: boolean }): ReactElement {
  return (
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">Health</th>
        <th scope="col">Video</th>
        {NUMBERS.map((name) => (
          <th key={name} scope="col" className="number">
            {name}
          </th>
        ))}
        {canChange && (
          <th scope="col">
            <span className="visually-hidden">Restart or remove</span>
          </th>
        )}
      </tr>
    </thead>
  );
}

function PublisherRow({ publisher, onRestart }: PublisherRowProps): ReactElement {
  const { isConnected } = useSession();
  const { name, connection, server, fps, bitrateBps } = publisher;
  const { label, tone } = isConnected ? publisherHealthOf(publisher.health) : UNKNOWN_HEALTH;
  const size = formatSize(publisher)?.replace('x', ' × ') ?? '';
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <span className="badge" data-tone={tone}>
          {label}
        </span>
        {connection.error !== null && <p className="cell-note">{connection.error.message}</p>}
      </td>
      <td>
        {publisher.video}
        <p className="cell-note">
          {publisher.codec} {size}
        </p>
      </td>
      <td className="number">
        {rateText(fps)}
        <span className="of"> of {Number(publisher.nominalFps.toFixed(2))}</span>
      </td>
      <td className="number">{bitrateBps === null ? NOTHING : formatMbps(bitrateBps / 1e6)}</td>
      <td className="number">{connection.framesSent.toLocaleString('en')}</td>
      <td className="number">{connection.framesDropped.toLocaleString('en')}</td>
      <td className="number">{connection.reconnects.toLocaleString('en')}</td>
      <td className="number">{publisher.loops.toLocaleString('en')}</td>
      <td className="number">{server?.readers ?? NOTHING}</td>
      {onRestart !== null && (
        <td>
          <div className="row-buttons">
            <button type="button" className="small" aria-label={`Restart ${name}`} onClick={() => void onRestart(name)}>
              Restart
            </button>
            <a
              className="button small danger"
              aria-label={`Remove ${name}`}
              href={formatRoute({ page: 'publishers', dialog: 'remove', name })}
            >
              Remove
            </a>
          </div>
        </td>
      )}
    </tr>
  );
}

interface PublisherRowProps {
  readonly publisher: ApiPublisher;
  /** Null for those who may only look. */
  readonly onRestart: ((name: string) => Promise<boolean>) | null;
}
