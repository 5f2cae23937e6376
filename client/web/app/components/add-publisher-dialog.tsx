import { type ReactElement, type SyntheticEvent, useCallback, useState } from 'react';
import { useAction } from '../hooks/use-action.js';
import { useSession } from '../hooks/use-session.js';
import { FormField } from './form-field.js';
import { Modal } from './modal.js';
import { ProblemText } from './problem-text.js';

export interface AddPublisherDialogProps {
  /** Videos that can be asked for. */
  readonly videos: readonly string[];
  readonly onClose: () => void;
}

/** The form for one more publisher. */
export function AddPublisherDialog({ videos, onClose }: AddPublisherDialogProps): ReactElement {
  const { api } = useSession();
  const [video, setVideo] = useState('');
  const [name, setName] = useState('');
  const add = useCallback(
    () => api.addPublisher({ ...(video !== '' && { video }), ...(name !== '' && { name }) }),
    [api, video, name],
  );
  const { run, isRunning, problem } = useAction(add);
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (await run()) onClose();
  };
  return (
    <Modal title="Add a publisher" onClose={onClose}>
      <form className="stream-form" onSubmit={(event) => void submit(event)}>
        {problem !== null && <ProblemText problem={problem} />}
        <FormField
          label="Video"
          value={video}
          onChange={setVideo}
          suggestions={videos}
          placeholder="The next in turn"
          hasFocus
          hint={
            <>
              One of the fleet’s videos, or a pattern such as <code>test:bars?size=1280x720</code>.
            </>
          }
        />
        <FormField
          label="Name"
          value={name}
          onChange={setName}
          placeholder="The next free one"
          hint="Last part of its address on the RTSP server: letters, digits, “_”, “.” and “-”."
        />
        <div className="dialog-buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="primary" disabled={isRunning}>
            {isRunning ? 'Adding…' : 'Add publisher'}
          </button>
        </div>
      </form>
    </Modal>
  );
}
