import type { ReactElement } from 'react';
import { formatFps, formatMbps, formatWithError } from '../../../shared/units.js';
import type { BrowserStats } from '../browser/frame-stream.js';
import type { PictureState } from './picture-state.js';
import { viewerStyles } from './viewer-styles.js';

/** What stands over the picture: nothing while it is live, a label while it moves, all over it when it does not. */
export function ViewerOverlay({ picture, onRetry }: OverlayProps): ReactElement | null {
  const { headline, reason, age, isOld } = picture;
  if (headline === null) return null;
  const canMove = picture.kind === 'aging' || picture.kind === 'frozen' || !isOld;
  if (canMove) {
    return (
      <div style={viewerStyles.caveat} data-viewer-overlay={picture.kind} title={reason ?? undefined}>
        {headline}
      </div>
    );
  }
  return (
    <div style={viewerStyles.notice} data-viewer-overlay={picture.kind}>
      <span style={viewerStyles.headline}>{headline}</span>
      {reason !== null && <span style={viewerStyles.reason}>{reason}</span>}
      {age !== null && <span style={viewerStyles.age}>Picture is {age}</span>}
      {onRetry !== null && (
        <button type="button" style={viewerStyles.button} onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

export interface OverlayProps {
  readonly picture: PictureState;
  /** How to try again; null while that happens by itself. */
  readonly onRetry: (() => void) | null;
}

/** Rates and latency of this viewer, in a corner of the picture. */
export function ViewerStats({ stats }: { readonly stats: BrowserStats }): ReactElement {
  return <div style={viewerStyles.stats}>{describeStats(stats)}</div>;
}

/** Figures of a connection in one line: `30.0 fps · 7.4 Mbit/s · p50 3.1 ms ± 0.1 ms · p99 5.0 ms ± 0.1 ms`. */
export function describeStats({ fps, bitsPerSecond, latency }: BrowserStats): string {
  const rates = [formatFps(fps), formatMbps(bitsPerSecond / 1e6)];
  if (latency === null) return rates.join(' · ');
  const { p50Us, p99Us, errorUs } = latency;
  return [...rates, `p50 ${formatWithError(p50Us, errorUs)}`, `p99 ${formatWithError(p99Us, errorUs)}`].join(' · ');
}
