import { lineOfText, trueOrFalse } from '../../shared/option-schema.js';
import type { OptionTable } from '../../shared/option-table.js';
import { CLIENT_OPTIONS } from '../options.js';
import { deviceNameText, serverText } from './bench-option-schema.js';

const DEVICE = 'Device';

/** Every option of `streamer-client join`. */
export const JOIN_OPTIONS = {
  server: {
    flags: '[host]',
    env: [],
    group: DEVICE,
    help: 'host, host:port, streamer://host:port, or ws://host:port of the HTTP port',
    schema: serverText(),
    default: ['127.0.0.1'],
  },
  name: {
    flags: '--name <device>',
    env: [],
    group: DEVICE,
    help: 'what it is called in the report; the host name by default',
    schema: deviceNameText(),
    default: null,
  },
  once: {
    flags: '--once',
    env: [],
    group: DEVICE,
    help: 'end after one benchmark; otherwise the device stays for the next one',
    schema: trueOrFalse(),
    default: false,
  },
  policy: { ...CLIENT_OPTIONS.policy, group: DEVICE },
  token: {
    flags: '--token <text>',
    env: ['STREAMER_TOKEN'],
    secret: true,
    group: DEVICE,
    help: 'token of the server; other users of the machine see a flag, so prefer the variable',
    schema: lineOfText(1024),
    default: null,
  },
  tls: { ...CLIENT_OPTIONS.tls, group: DEVICE },
  tlsCa: { ...CLIENT_OPTIONS.tlsCa, group: DEVICE },
  json: CLIENT_OPTIONS.json,
  plain: CLIENT_OPTIONS.plain,
  logLevel: CLIENT_OPTIONS.logLevel,
} as const satisfies OptionTable;
