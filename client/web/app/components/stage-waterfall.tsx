import type { ReactElement } from 'react';
import type { StreamStatistics } from '../../../../shared/api/stats-schema.js';
import { formatDurationUs } from '../../../../shared/units.js';
import { NOTHING } from '../model/texts.js';
import { type WaterfallRow, waterfallEndUs, waterfallOf } from '../model/waterfall.js';

/** Where the time goes: the stages of a frame, each beginning where the one before ends. */
export function StageWaterfall({ stats }: { readonly stats: StreamStatistics | null }): ReactElement {
  const rows = stats === null ? [] : waterfallOf(stats);
  const endUs = waterfallEndUs(rows);
  return (
    <section className="panel" aria-labelledby="stages-title">
      <h2 id="stages-title">Where the time goes</h2>
      {rows.length === 0 ? (
        <p className="nothing">Nothing was measured yet.</p>
      ) : (
        <table className="waterfall">
          <thead>
            <tr>
              <th scope="col">Stage</th>
              <td className="bar-cell" />
              <th scope="col">p50</th>
              <th scope="col">p99</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.stage}>
                <th scope="row">{row.stage}</th>
                <td className="bar-cell">
                  <Bar row={row} endUs={endUs} />
                </td>
                <td>{formatDurationUs(row.p50Us)}</td>
                <td>{row.p99Us === null ? NOTHING : formatDurationUs(row.p99Us)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** A bar as long as p50, and a thin line to where p99 would end. */
function Bar({ row, endUs }: { readonly row: WaterfallRow; readonly endUs: number }): ReactElement {
  const share = (us: number): string => `${endUs === 0 ? 0 : (us / endUs) * 100}%`;
  return (
    <div className="bar" aria-hidden="true">
      {row.p99Us !== null && <span className="bar-p99" style={{ left: share(row.startUs), width: share(row.p99Us) }} />}
      <span className="bar-p50" style={{ left: share(row.startUs), width: share(row.p50Us) }} />
    </div>
  );
}
