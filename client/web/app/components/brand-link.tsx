import type { ReactElement } from 'react';

/** The name of the project with its sign, a screen with a pulse on it, as a way to the first page. */
export function BrandLink(): ReactElement {
  return (
    <a className="brand" href="#/">
      <svg className="brand-mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
        <rect x="2" y="6" width="28" height="20" rx="4" />
        <path d="M7 20h4l3-9 4 11 3-6h4" />
      </svg>
      frame-streamer
    </a>
  );
}
