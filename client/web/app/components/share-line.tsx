import { type ReactElement, useState } from 'react';

/** The address at which other devices join, to be typed or sent. */
export function ShareLine({ address }: { readonly address: string }): ReactElement {
  const [isCopied, setCopied] = useState(false);
  const isLocal = /^(localhost|127\.|\[::1\])/.test(new URL(address).host);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(address);
    setCopied(true);
  };
  return (
    <section className="share" aria-labelledby="share-title">
      <h2 id="share-title">Other devices</h2>
      <p>Open this address on a phone or another machine:</p>
      <p className="share-address">
        <code>{address}</code>
        {/* Only pages that came by HTTPS or from the machine itself may write there. */}
        {'clipboard' in navigator && (
          <button type="button" className="small" onClick={() => void copy()}>
            {isCopied ? 'Copied' : 'Copy'}
          </button>
        )}
      </p>
      {isLocal && (
        <p className="hint">
          It leads to this machine only. Start the server with <code>--host 0.0.0.0</code>, and open the page by the
          machine’s name.
        </p>
      )}
    </section>
  );
}
