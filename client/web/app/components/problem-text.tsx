import type { ReactElement } from 'react';
import type { ApiError } from '../model/api-client.js';

/** Why something failed, in the server's words, with its code to look up. */
export function ProblemText({ problem, id }: { readonly problem: ApiError; readonly id?: string }): ReactElement {
  return (
    <p className="problem" role="alert" id={id}>
      {problem.message} <code>{problem.code}</code>
    </p>
  );
}
