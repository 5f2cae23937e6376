import { positiveNumber, trueOrFalse, wholeNumber } from '../../shared/option-schema.js';
import type { OptionTable } from '../../shared/option-table.js';
import { CLIENT_OPTIONS } from '../options.js';
import { RUN_OUTPUT_OPTIONS } from '../report/run-output.js';
import { SERVER_API_OPTION } from '../trust/server-api-option.js';
import { chaosTarget } from './chaos-schema.js';

const ATTACK = 'Attack';
const LOAD = 'Load';

/** Of each kind. More says nothing new about a server, and a thousand are still watched by one thread of ours. */
const MOST_ATTACKERS = 250;
const MOST_PER_SECOND = 200;
const MOST_GOOD = 500;
const MOST_SECONDS = 3600;

const number = (flags: string, help: string, max = MOST_ATTACKERS) =>
  ({ flags, env: [], group: ATTACK, help, schema: wholeNumber(0, max), default: null }) as const;

/** Every option of `streamer-client chaos`. */
export const CHAOS_OPTIONS = {
  target: {
    flags: '[target...]',
    env: [],
    group: LOAD,
    help: 'whom to attack, one URL: streamer://host:8000/stream, ws://host:8080/ws/stream or http://…mjpg',
    schema: chaosTarget(),
    default: [],
  },
  stalled: number('--stalled <number>', 'clients that stop reading at the first frame'),
  trickling: number('--trickling <number>', 'clients that read 64 bytes at a time, 3 kB a second'),
  silent: number('--silent <number>', 'clients that read everything and acknowledge nothing'),
  vanished: number('--vanished <number>', 'clients that are gone after the first frame, without a FIN'),
  halfOpen: number('--half-open <number>', 'clients that connect and say nothing'),
  slowHello: number('--slow-hello <number>', 'clients that say HELLO, or ask, one byte every 250 ms'),
  garbage: number('--garbage <number>', 'clients that send wrong bytes, impossible lengths, cut messages'),
  reconnectStorm: number(
    '--reconnect-storm <number>',
    'clients a second that come, get a frame and are gone, half of them without a FIN',
    MOST_PER_SECOND,
  ),
  good: {
    flags: '--good <number>',
    env: [],
    group: LOAD,
    help: 'well-behaved clients beside them, which are measured',
    schema: wholeNumber(1, MOST_GOOD),
    default: 10,
  },
  phase: {
    flags: '--phase <seconds>',
    env: [],
    group: LOAD,
    help: 'how long each of the three phases is: before, during and after the attack',
    schema: positiveNumber(MOST_SECONDS, 'seconds'),
    default: 15,
  },
  maxHarm: {
    flags: '--max-harm <ratio>',
    env: [],
    group: ATTACK,
    help: 'fail when p99 of the good ones during the attack is more than this many times that before, and 10 ms longer',
    schema: positiveNumber(1000),
    default: 2,
  },
  iOwnThisServer: {
    flags: '--i-own-this-server',
    env: [],
    group: ATTACK,
    help: 'attack a server on another machine; only this machine may be attacked without',
    schema: trueOrFalse(),
    default: false,
  },
  token: {
    ...CLIENT_OPTIONS.token,
    group: LOAD,
    help: 'token of the server, for good and bad; the variable is safer, as other users see a flag',
  },
  serverApi: SERVER_API_OPTION,
  serverPid: {
    flags: '--server-pid <number>',
    env: [],
    group: LOAD,
    help: 'process of the server on this machine, whose memory is read where no API says it',
    schema: wholeNumber(1, 2 ** 31 - 1),
    default: null,
  },
  ...RUN_OUTPUT_OPTIONS,
} as const satisfies OptionTable;
