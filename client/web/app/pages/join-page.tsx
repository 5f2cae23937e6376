import { type ReactElement, useEffect, useRef } from 'react';
import { browserWords } from '../../browser/browser-words.js';
import { DevicePanel } from '../components/device-panel.js';
import { JoinForm } from '../components/join-form.js';
import { ShareLine } from '../components/share-line.js';
import { BrandLink } from '../components/brand-link.js';
import { useBenchDevice } from '../hooks/use-bench-device.js';
import { goTo } from '../hooks/use-route.js';
import { useSession } from '../hooks/use-session.js';
import { DeviceNameStore } from '../model/device-name.js';
import { deviceWords } from '../model/device-words.js';
import { type JoinRoute, formatRoute } from '../model/router.js';

const names = new DeviceNameStore(() => localStorage);

/**
 * This page as a device of benchmarks, above all on a phone. It shows no picture and asks for no figures of the server
 * meanwhile, since both would disturb what is measured.
 */
export function JoinPage({ route }: { readonly route: JoinRoute }): ReactElement {
  const { api } = useSession();
  const { name, stream } = route;
  const { status, retry } = useBenchDevice(api, name, stream);
  const mainRef = useRef<HTMLElement>(null);
  const nameBefore = useRef(name);
  useEffect(() => {
    // What had the focus is gone with the form.
    if (name !== nameBefore.current && name !== null) mainRef.current?.focus({ preventScroll: true });
    nameBefore.current = name;
  }, [name]);
  const title = status === null ? 'Benchmark' : deviceWords(status).title;
  useEffect(() => {
    document.title = `${title} · frame-streamer`;
  }, [title]);
  const join = (wanted: string): void => {
    names.set(wanted);
    goTo({ ...route, name: wanted });
  };
  return (
    <>
      <header className="site-header">
        <BrandLink />
      </header>
      <main ref={mainRef} tabIndex={-1} className="join-page">
        <h1>Benchmark</h1>
        {name === null || status === null ? (
          <>
            <p className="join-lead">
              Measures on this device how old each frame is when it arrives, together with all other devices that join.
              It shows no picture: that would disturb what is measured.
            </p>
            <JoinForm defaultName={names.get() ?? browserWords(navigator.userAgent)} onJoin={join} />
          </>
        ) : (
          <DevicePanel name={name} status={status} onRetry={retry} onLeave={() => goTo({ ...route, name: null })} />
        )}
        <ShareLine address={new URL(formatRoute({ ...route, name: null }), api.base).href} />
        <p className="hint">
          A benchmark is started with <code>streamer-client bench</code>.
        </p>
      </main>
    </>
  );
}
