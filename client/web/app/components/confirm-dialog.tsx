import type { ReactElement, ReactNode } from 'react';
import { useAction } from '../hooks/use-action.js';
import { Modal } from './modal.js';
import { ProblemText } from './problem-text.js';

export interface ConfirmDialogProps {
  readonly title: string;
  /** What will happen. */
  readonly children: ReactNode;
  /** The verb on the button. */
  readonly verb: string;
  readonly action: () => Promise<void>;
  /** The dialog is to go: `isDone` when the action worked. */
  readonly onClose: (isDone: boolean) => void;
}

/** Asks before something is done that cannot be taken back. */
export function ConfirmDialog({ title, children, verb, action, onClose }: ConfirmDialogProps): ReactElement {
  const { run, isRunning, problem } = useAction(action);
  const confirm = async (): Promise<void> => {
    if (await run()) onClose(true);
  };
  return (
    <Modal title={title} onClose={() => onClose(false)}>
      <div className="dialog-text">{children}</div>
      {problem !== null && <ProblemText problem={problem} />}
      <div className="dialog-buttons">
        <button type="button" onClick={() => onClose(false)}>
          Cancel
        </button>
        <button type="button" className="danger" disabled={isRunning} onClick={() => void confirm()}>
          {verb}
        </button>
      </div>
    </Modal>
  );
}
