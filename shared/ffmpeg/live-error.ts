import { StreamerError } from '../errors.js';
import type { ErrorCode } from '../errors.js';

/** What a line of FFmpeg's means, and what to do; `sentence` goes on from the name of the source. */
interface Meaning {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly sentence: string;
}

const NO_ANSWER = 'did not answer in time; check its address, and firewalls on the way.';
/** What says most comes first: FFmpeg's last line is often only that something went wrong. */
const MEANINGS: readonly Meaning[] = [
  {
    // What our own proxy answers in the place of a server that must not be reached.
    pattern: /\b470 Source Forbidden\b/,
    code: 'SOURCE_FORBIDDEN',
    sentence: 'leads to an address where sources added over HTTP may not be; it is not followed.',
  },
  {
    pattern: /Protocol not found|Unknown input format|Unrecognized option|Option \S+ not found/,
    code: 'FFMPEG_FAILED',
    sentence: 'is of a kind that this FFmpeg cannot open; install a current one',
  },
  {
    pattern:
      /\b401 Unauthorized\b|\b403 Forbidden\b|authorization failed|BADSECRET|incorrect passphrase|\bERROR:UNSECURE/i,
    code: 'SOURCE_DENIED',
    sentence: 'wants other credentials; correct the user and the password in its address.',
  },
  {
    pattern: /Permission denied/,
    code: 'SOURCE_UNREADABLE',
    sentence: 'may not be opened by this user; give the permission (on Linux: the group `video`).',
  },
  {
    pattern: /\b404 (?:Stream )?Not Found\b|error 404\b/i,
    code: 'SOURCE_BAD_ANSWER',
    sentence: 'does not exist on that server (404); check the path of its address.',
  },
  {
    pattern: /method [A-Z_]+ failed: \d{3}|Server returned [45]|HTTP error [45]|Nonmatching transport/,
    code: 'SOURCE_BAD_ANSWER',
    sentence: 'is answered with an error',
  },
  {
    pattern:
      /resolve hostname|Name or service not known|No address associated|failure in name resolution|host not found/i,
    code: 'SOURCE_UNREACHABLE',
    sentence: 'has a host that nobody knows; check its name.',
  },
  {
    pattern: /Connection refused|\bERROR:PEER\b/,
    code: 'SOURCE_UNREACHABLE',
    sentence: 'refuses the connection; check its port, and whether it is switched on.',
  },
  {
    pattern: /No route to host|Network is unreachable|Host is (?:down|unreachable)|Cannot assign requested address/,
    code: 'SOURCE_UNREACHABLE',
    sentence: 'cannot be reached over the network; check its address.',
  },
  {
    pattern: /Address already in use/,
    code: 'SOURCE_UNREACHABLE',
    sentence: 'has a port that another program receives on; end that or choose another port.',
  },
  {
    pattern: /^\[(?:tls|gnutls|openssl|securetransport|schannel|mbedtls)|\bTLS\b|\bSSL\b|certificate verif/i,
    code: 'SOURCE_UNREACHABLE',
    sentence: 'does not speak TLS as it should; check its port, certificate and clock',
  },
  {
    pattern: /Device or resource busy/,
    code: 'SOURCE_UNREACHABLE',
    sentence: 'is used by another program; end that first.',
  },
  {
    pattern:
      /No such (?:file or directory|device)|Could not find video device|Video device not found|Inappropriate ioctl/,
    code: 'SOURCE_UNREACHABLE',
    sentence: 'is no device of this machine; check its name.',
  },
  {
    pattern: /\btimed out\b|\bconnection time ?out\b/i,
    code: 'SOURCE_TIMEOUT',
    sentence: NO_ANSWER,
  },
  {
    // What FFmpeg makes of a time-out of SRT, and of its own.
    pattern: /Input\/output error/,
    code: 'SOURCE_TIMEOUT',
    sentence: 'gives nothing; check that it is switched on and sends, its address, and firewalls on the way.',
  },
  {
    pattern: /Invalid data found|does not contain any stream|matches no streams|Decoder .* not found|no decoder/i,
    code: 'SOURCE_NOT_VIDEO',
    sentence: 'sends nothing that FFmpeg takes for video; check its address.',
  },
];

const CRASH = /was killed with signal SIG(?:SEGV|ILL|BUS|FPE|ABRT)/;
/** The part of FFmpeg that speaks, with its address. */
const SPEAKER = /^\[[^\]]*\] /;

/**
 * Says in one sentence why FFmpeg left a live source, and what to do.
 *
 * @param lines the last of FFmpeg's log, without secrets, oldest first
 * @param exit what the child ended with; null when it took what it had for a normal end
 * @param isLate whether it had waited for the source until its time was up
 */
export function liveError(
  lines: readonly string[],
  shownInput: string,
  exit: StreamerError | null,
  isLate = false,
): StreamerError {
  // FFmpeg was not started at all.
  if (exit && exit.code !== 'FFMPEG_FAILED') return exit;
  const cause = new Error([...(exit ? [exit.message] : []), ...lines].join('\n'));
  for (const { pattern, code, sentence } of MEANINGS) {
    const line = lines.findLast((each) => pattern.test(each));
    if (line === undefined) continue;
    // An RTSP server that never says a word is invalid data to FFmpeg.
    if (isLate && code === 'SOURCE_NOT_VIDEO') break;
    const text = sentence.endsWith('.') ? sentence : `${sentence}: ${line.replace(SPEAKER, '')}`;
    return new StreamerError(code, `${shownInput} ${text}`, { cause });
  }
  if (isLate) return new StreamerError('SOURCE_TIMEOUT', `${shownInput} ${NO_ANSWER}`, { cause });
  if (exit && CRASH.test(exit.message)) {
    const sentence =
      'makes this FFmpeg crash; install another build, best the one of the system (static ones may not fit it).';
    return new StreamerError('FFMPEG_FAILED', `${shownInput} ${sentence}`, { cause });
  }
  if (!exit)
    return new StreamerError('SOURCE_FAILED', `${shownInput} has ended; check whether it still sends.`, { cause });
  return new StreamerError('SOURCE_FAILED', `${shownInput} broke off: ${exit.message}`, { cause });
}
