import type { StreamerError } from '../../shared/errors.js';
import type { Subject } from '../report/run-report-schema.js';
import type { CrowdFigures } from './crowd.js';
import { ErrorTallies } from './error-tallies.js';

/** A session whose thread is gone with all that it measured. */
export interface LostSession {
  /** Place in the list of targets. */
  readonly target: number;
  readonly error: StreamerError;
}

type Subjects = Pick<CrowdFigures, 'total' | 'targets' | 'sessions'>;

/** The same subjects with the sessions that are lost among those that were asked for, and failed. */
export function withLostSessions(subjects: Subjects, lost: readonly LostSession[]): Subjects {
  return {
    total: withFailed(subjects.total, lost),
    targets: subjects.targets.map((subject, index) =>
      withFailed(
        subject,
        lost.filter(({ target }) => target === index),
      ),
    ),
    sessions: subjects.sessions,
  };
}

function withFailed(subject: Subject, lost: readonly LostSession[]): Subject {
  if (lost.length === 0) return subject;
  const { asked, connected, failed } = subject.sessions;
  const errors = new ErrorTallies();
  errors.merge(subject.errors);
  for (const { error } of lost) errors.add(error);
  return {
    ...subject,
    // What has no other sessions has failed.
    state: asked === 0 ? 'failed' : subject.state,
    sessions: { asked: asked + lost.length, connected, failed: failed + lost.length },
    errors: errors.list(),
  };
}
