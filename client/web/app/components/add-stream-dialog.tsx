import { type ReactElement, useCallback } from 'react';
import { useSession } from '../hooks/use-session.js';
import { EMPTY_FORM, type StreamFormValues, newStreamOf } from '../model/stream-form.js';
import { Modal } from './modal.js';
import { StreamForm } from './stream-form.js';

/** The form for a new stream. */
export function AddStreamDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { api } = useSession();
  const save = useCallback(
    async (values: StreamFormValues): Promise<void> => void (await api.addStream(newStreamOf(values))),
    [api],
  );
  return (
    <Modal title="Add a stream" onClose={onClose}>
      <StreamForm initial={EMPTY_FORM} isNew save={save} onClose={onClose} />
    </Modal>
  );
}
