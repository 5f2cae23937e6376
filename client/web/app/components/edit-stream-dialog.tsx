import { type ReactElement, useCallback, useState } from 'react';
import type { ApiStream } from '../../../../shared/api/stream-schema.js';
import { useSession } from '../hooks/use-session.js';
import { type StreamFormValues, formOfStream, streamPatchOf } from '../model/stream-form.js';
import { Modal } from './modal.js';
import { StreamForm } from './stream-form.js';

/** The form for a stream that exists. */
export function EditStreamDialog({ stream, onClose }: EditStreamDialogProps): ReactElement {
  const { api } = useSession();
  // As it was when the dialog was opened: what changes meanwhile must not change what is being typed.
  const [initial] = useState(() => formOfStream(stream));
  const save = useCallback(
    async (values: StreamFormValues): Promise<void> => {
      const patch = streamPatchOf(initial, values);
      if (Object.keys(patch).length > 0) await api.changeStream(initial.name, patch);
    },
    [api, initial],
  );
  return (
    <Modal title={`Edit ${stream.name}`} onClose={onClose}>
      <p className="dialog-text">
        Source at present: <code>{stream.url}</code>
      </p>
      <StreamForm initial={initial} isNew={false} save={save} onClose={onClose} />
    </Modal>
  );
}

export interface EditStreamDialogProps {
  readonly stream: ApiStream;
  readonly onClose: () => void;
}
