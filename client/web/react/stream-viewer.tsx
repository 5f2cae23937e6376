import { type CSSProperties, type ReactElement, useEffect, useRef, useState } from 'react';
import type { BrowserStats, ConnectOptions, ConnectionStatus } from '../browser/frame-stream.js';
import type { PictureState } from './picture-state.js';
import type { Fit } from './placement.js';
import { ViewerOverlay, ViewerStats } from './viewer-overlay.js';
import { type FrameFacts, type ViewerEvents, ViewerSession } from './viewer-session.js';
import { viewerStyles } from './viewer-styles.js';

export type { BrowserStats, ConnectionStatus } from '../browser/frame-stream.js';
export type { PictureKind, PictureState } from './picture-state.js';
export type { Fit } from './placement.js';
export type { FrameFacts } from './viewer-session.js';

/** Properties of `StreamViewer`; a change of the server, stream, token, rate or policy makes a new connection. */
export interface StreamViewerProps {
  /** Address of the server's HTTP port, such as `http://machine-a:8080`; default the page's own server. */
  readonly serverUrl?: string | undefined;
  /** Name of the stream; default the server's first one. */
  readonly streamId?: string | undefined;
  readonly token?: string | undefined;
  /** How the picture fills the element; default `contain`. */
  readonly fit?: Fit | undefined;
  /** At most this many frames a second. */
  readonly maxFps?: number | undefined;
  /** What the server does with frames this page cannot take; default `latest`: they are replaced by newer ones. */
  readonly policy?: NonNullable<ConnectOptions['policy']> | undefined;
  /** How the server calls this client. */
  readonly clientName?: string | undefined;
  /** Ends the connection; the last picture stays, in grey. */
  readonly paused?: boolean | undefined;
  /** Shows rates and latency in a corner. */
  readonly showStats?: boolean | undefined;
  /** What the picture shows, for those who cannot see it; default `Picture of` and the stream's name. */
  readonly alt?: string | undefined;
  readonly className?: string | undefined;
  readonly style?: CSSProperties | undefined;
  /** Called once a second while there is a connection. */
  readonly onStats?: (stats: BrowserStats) => void;
  /** Called when the connection or the stream changes. */
  readonly onStatus?: (status: ConnectionStatus) => void;
  /** Called when what is on screen becomes live, late, lost and so on. */
  readonly onPicture?: (picture: PictureState) => void;
  /** Called with every frame that was drawn. Set no state here that many components show. */
  readonly onFrame?: (frame: FrameFacts) => void;
}

const INITIAL_PICTURE: PictureState = {
  kind: 'connecting',
  headline: 'Connecting…',
  reason: null,
  age: null,
  isOld: true,
};

/**
 * The live picture of a stream. Frames are drawn to a canvas without React's help. It is connected only while it is on
 * screen and its tab is in front, and a picture that is not live never looks like one: it is grey, with its age or with
 * since when and why there is no signal.
 */
export function StreamViewer(props: StreamViewerProps): ReactElement {
  const { serverUrl, streamId, token, maxFps, policy, clientName, fit = 'contain', paused = false } = props;
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const sessionRef = useRef<ViewerSession | null>(null);
  const latest = useRef({ ...props, fit, paused });
  const [picture, setPicture] = useState(INITIAL_PICTURE);
  const [stats, setStats] = useState<BrowserStats | null>(null);
  const [isClosed, setClosed] = useState(false);

  useEffect(() => {
    latest.current = { ...props, fit, paused };
    sessionRef.current?.setFit(fit);
    sessionRef.current?.setPaused(paused);
  });

  useEffect(() => {
    if (canvasRef.current === null) return;
    const events: ViewerEvents = {
      onPicture(next) {
        setPicture(next);
        latest.current.onPicture?.(next);
      },
      onStatus(status) {
        setClosed(status.connection === 'closed');
        latest.current.onStatus?.(status);
      },
      onStats(next) {
        // Without `showStats` nothing is drawn from them, so nothing has to be rendered.
        if (latest.current.showStats === true) setStats(next);
        latest.current.onStats?.(next);
      },
      onFrame: (frame) => latest.current.onFrame?.(frame),
    };
    const session = new ViewerSession({
      canvas: canvasRef.current,
      fit: latest.current.fit,
      isPaused: latest.current.paused,
      events,
      feed: {
        serverUrl: serverUrl ?? location.href,
        ...(streamId !== undefined && { stream: streamId }),
        ...(token !== undefined && { token }),
        ...(maxFps !== undefined && { maxFps }),
        ...(policy !== undefined && { policy }),
        ...(clientName !== undefined && { name: clientName }),
      },
    });
    sessionRef.current = session;
    return () => {
      session.close();
      sessionRef.current = null;
      // What was said of this stream does not hold for the next one.
      setPicture(INITIAL_PICTURE);
      setStats(null);
      setClosed(false);
    };
  }, [serverUrl, streamId, token, maxFps, policy, clientName]);

  const alt = props.alt ?? `Picture of ${streamId ?? 'the stream'}`;
  const canvasStyle = picture.isOld ? { ...viewerStyles.canvas, ...viewerStyles.oldCanvas } : viewerStyles.canvas;
  const retry = (): void => {
    setClosed(false);
    sessionRef.current?.retry();
  };
  return (
    <div className={props.className} style={{ ...viewerStyles.root, ...props.style }} data-picture={picture.kind}>
      <canvas ref={canvasRef} role="img" aria-label={alt} style={canvasStyle} />
      {props.showStats === true && stats !== null && !picture.isOld && <ViewerStats stats={stats} />}
      <ViewerOverlay picture={picture} onRetry={isClosed ? retry : null} />
    </div>
  );
}
