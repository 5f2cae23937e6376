import type { ReactElement } from 'react';
import type { BenchStatus } from '../../browser/bench-status.js';
import { useWakeLock } from '../hooks/use-wake-lock.js';
import { ApiError } from '../model/api-client.js';
import { countdownOf, countdownText, deviceWords } from '../model/device-words.js';
import { DeviceFigures } from './device-figures.js';
import { ProblemText } from './problem-text.js';
import { TokenForm } from './token-form.js';

const WANTS_TOKEN = 'BAD_TOKEN';

export interface DevicePanelProps {
  /** What the device asked to be called. */
  readonly name: string;
  readonly status: BenchStatus;
  readonly onRetry: () => void;
  readonly onLeave: () => void;
}

/** This page as a device: how it stands, what it measured, and what its holder must see to. */
export function DevicePanel({ name, status, onRetry, onLeave }: DevicePanelProps): ReactElement {
  const { connection, reason, figures, stream } = status;
  const isOut = connection === 'closed';
  const screen = useWakeLock(!isOut);
  const { title, sentence, tone } = deviceWords(status);
  return (
    <section className="device-panel" aria-labelledby="device-title">
      <p className="device-name">
        {status.name ?? name}
        {stream !== null && <span className="of"> · {stream}</span>}
      </p>
      <div role="status">
        <h2 id="device-title" className="badge" data-tone={tone}>
          {title}
        </h2>
        {sentence !== null && <p className="device-sentence">{sentence}</p>}
      </div>
      <Countdown status={status} />
      {figures !== null && <DeviceFigures figures={figures} />}
      <Warnings status={status} isScreenHeld={screen === 'held'} />
      {isOut && reason !== null && <Failure reason={reason} onRetry={onRetry} />}
      <div className="buttons">
        {isOut && reason?.code !== WANTS_TOKEN && (
          <button type="button" className="primary" onClick={onRetry}>
            Try again
          </button>
        )}
        <button type="button" onClick={onLeave}>
          {isOut ? 'Back' : 'Leave'}
        </button>
      </div>
    </section>
  );
}

function Countdown({ status }: { readonly status: BenchStatus }): ReactElement | null {
  const countdown = countdownOf(status);
  if (countdown === null) return null;
  return (
    <p className="countdown" role="timer">
      <span>{countdownText(countdown.seconds)}</span> {countdown.of}
    </p>
  );
}

/** What makes figures worse than they need to be, or will. */
function Warnings({ status, isScreenHeld }: { status: BenchStatus; isScreenHeld: boolean }): ReactElement | null {
  const { connection, phase, reason, figures } = status;
  const warnings: string[] = [];
  if (reason !== null && connection === 'connected') warnings.push(reason.message);
  if (figures !== null && figures.hiddenUs >= 1e6) {
    const time = `${Math.round(figures.hiddenUs / 1e6)} s`;
    warnings.push(
      `The page was hidden for ${time} of the benchmark, in which browsers slow it down. The report says so.`,
    );
  }
  if (connection !== 'closed' && !isScreenHeld && phase !== 'done') {
    warnings.push(
      'This browser does not let the page keep the screen on. Set the screen to stay on, or touch it now and then.',
    );
  }
  if (warnings.length === 0) return null;
  return (
    <ul className="device-warnings">
      {warnings.map((warning) => (
        <li key={warning} className="notice">
          {warning}
        </li>
      ))}
    </ul>
  );
}

/** Why it takes no part; where a token is missing, it can be given here. */
function Failure({
  reason,
  onRetry,
}: {
  reason: NonNullable<BenchStatus['reason']>;
  onRetry: () => void;
}): ReactElement {
  const problem = new ApiError(reason.code, reason.message, null);
  if (reason.code !== WANTS_TOKEN) return <ProblemText problem={problem} />;
  return <TokenForm verb="Use token" needsAdmin={false} problem={problem} onDone={onRetry} />;
}
