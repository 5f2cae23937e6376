import { type ReactElement, type ReactNode, useId, useLayoutEffect, useRef } from 'react';

export interface ModalProps {
  readonly title: string;
  readonly children: ReactNode;
  /** Escape was pressed, or the page around the dialog. */
  readonly onClose: () => void;
}

/** A dialog over the page; the browser keeps the focus inside, and gives it back when the dialog goes. */
export function Modal({ title, children, onClose }: ModalProps): ReactElement {
  const dialogRef = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Before React takes the dialog out of the page: closing it then gives the focus back.
  useLayoutEffect(() => {
    const dialog = dialogRef.current;
    if (dialog === null) return;
    dialog.showModal();
    return () => dialog.close();
  }, []);
  return (
    <dialog
      ref={dialogRef}
      aria-labelledby={titleId}
      onCancel={(event) => {
        // React takes the dialog away; closed by itself it would stay in the page, invisible.
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className="dialog-body">
        <h2 id={titleId}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
