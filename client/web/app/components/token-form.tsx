import { type ReactElement, type SyntheticEvent, useId, useRef, useState } from 'react';
import { useAction } from '../hooks/use-action.js';
import { useSession } from '../hooks/use-session.js';
import { ApiError, ServerApi } from '../model/api-client.js';
import { ProblemText } from './problem-text.js';

export interface TokenFormProps {
  readonly verb: string;
  /** Whether a token that only lets one look is refused. */
  readonly needsAdmin: boolean;
  /** Why the token is asked for, until one was tried. */
  readonly problem: ApiError | null;
  readonly onDone?: () => void;
  readonly onCancel?: () => void;
}

/** Asks for a token, and goes on with it when the server takes it. */
export function TokenForm({ verb, needsAdmin, problem, onDone, onCancel }: TokenFormProps): ReactElement {
  const { api, useToken } = useSession();
  const [token, setToken] = useState('');
  const inputRef = useRef<HTMLInputElement>(null);
  const inputId = useId();
  const problemId = useId();
  const checking = useAction(async () => {
    const { role } = await new ServerApi(api.base, token).server();
    if (needsAdmin && role !== 'admin') {
      throw new ApiError('FORBIDDEN', 'This token lets you look, but not make changes.', null);
    }
    useToken(token);
  });
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (await checking.run()) onDone?.();
    else inputRef.current?.select();
  };
  const shown = checking.problem ?? (checking.isRunning ? null : problem);
  return (
    <form className="token-form" onSubmit={(event) => void submit(event)}>
      <label htmlFor={inputId}>Token</label>
      <input
        ref={inputRef}
        id={inputId}
        type="password"
        value={token}
        required
        autoFocus
        autoComplete="current-password"
        aria-invalid={shown !== null}
        aria-describedby={shown === null ? undefined : problemId}
        onChange={(event) => setToken(event.target.value)}
      />
      {shown !== null && <ProblemText problem={shown} id={problemId} />}
      <div className="dialog-buttons">
        {onCancel !== undefined && (
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
        )}
        <button type="submit" className="primary" disabled={checking.isRunning}>
          {verb}
        </button>
      </div>
    </form>
  );
}
