import type { ReactElement } from 'react';
import { formatWithError } from '../../../../shared/units.js';
import { NOTHING } from '../model/texts.js';

/** A measured time, and after it, less loud, how far it can be from the truth. Both in microseconds. */
export function MeasuredTime({ us, errorUs }: { us: number | null; errorUs: number | null }): ReactElement {
  if (us === null) return <>{NOTHING}</>;
  const [value, error] = formatWithError(us, errorUs).split(' ± ');
  return (
    <span className="measured">
      <span>{value}</span>
      {error !== undefined && <span className="error-bar"> ± {error}</span>}
    </span>
  );
}
