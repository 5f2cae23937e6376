import type { ReactElement } from 'react';
import { Modal } from './modal.js';
import { TokenForm } from './token-form.js';

/** Asks one who may only look for the admin token. */
export function TokenDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  return (
    <Modal title="Admin token" onClose={onClose}>
      <p className="dialog-text">With it you can add, change and record streams, and disconnect clients.</p>
      <TokenForm verb="Use token" needsAdmin problem={null} onDone={onClose} onCancel={onClose} />
    </Modal>
  );
}
