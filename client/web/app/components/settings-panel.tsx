import type { ReactElement } from 'react';
import type { StreamStatistics } from '../../../../shared/api/stats-schema.js';
import type { ApiStream } from '../../../../shared/api/stream-schema.js';
import { FigureItem } from './figure-item.js';
import { PublishingItem } from './publishing-item.js';

const ENCODING = {
  'pass-through': 'The source’s own JPEGs, byte for byte',
  encoded: 'Encoded here',
  unknown: 'Not known yet',
} as const;

/** How a stream is set up, and where else it goes. */
export function SettingsPanel({ stream, stats }: SettingsPanelProps): ReactElement {
  const { settings, encoding } = stream;
  const orElse = (value: number | null, otherwise: string): string => (value === null ? otherwise : String(value));
  return (
    <section className="panel" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings</h2>
      <dl className="settings">
        <FigureItem name="Source">
          <code>{stream.url}</code>
        </FigureItem>
        <FigureItem name="JPEGs">
          {ENCODING[encoding.mode]}
          {encoding.reason !== '' && <span className="of"> · {encoding.reason}</span>}
        </FigureItem>
        {stream.rtsp !== null && <PublishingItem rtsp={stream.rtsp} stats={stats} />}
        <FigureItem name="Size">{sizeText(settings)}</FigureItem>
        <FigureItem name="Frames a second">{orElse(settings.fps, 'as they come')}</FigureItem>
        <FigureItem name="Quality">{orElse(settings.quality, 'default')}</FigureItem>
        <FigureItem name="For slow clients">{settings.policy}</FigureItem>
        <FigureItem name="Frames kept">{settings.frameBuffer}</FigureItem>
        <FigureItem name="Connected">
          {settings.onDemand ? `while watched, and ${settings.idleTimeout} s longer` : 'always'}
        </FigureItem>
        <FigureItem name="Hardware decoding">{settings.hwaccel}</FigureItem>
        <FigureItem name="Processors">{settings.processor.join(', ') || 'none'}</FigureItem>
      </dl>
    </section>
  );
}

export interface SettingsPanelProps {
  readonly stream: ApiStream;
  /** Null until the server told them. */
  readonly stats: StreamStatistics | null;
}

function sizeText({ width, height }: ApiStream['settings']): string {
  if (width === null && height === null) return 'as it is';
  return `${width ?? 'auto'} × ${height ?? 'auto'}`;
}
