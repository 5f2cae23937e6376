/**
 * The table of error codes. Each is stable: scripts, tests and the documentation refer to it, and those marked
 * `wire` may travel in an ERROR or BYE message. `exitCode` is what a command exits with when the error ends it.
 */
export const ERROR_CODES = {
  BAD_USAGE: { exitCode: 2, meaning: 'A flag or argument is wrong.' },
  BAD_CONFIG: { exitCode: 2, meaning: 'The configuration file or an environment variable holds a wrong value.' },
  UNKNOWN_KEY: { exitCode: 2, meaning: 'The configuration file holds a key that does not exist.' },
  SOURCE_NOT_FOUND: { exitCode: 2, meaning: 'The source file does not exist.' },
  SOURCE_UNREADABLE: { exitCode: 2, meaning: 'The source cannot be read (permissions, a directory, an empty file).' },
  SOURCE_NOT_VIDEO: { exitCode: 2, meaning: 'The source holds no video that FFmpeg can decode.' },
  SOURCE_UNREACHABLE: { exitCode: 1, meaning: 'No connection to the source: unknown host, refused, no route, TLS.' },
  SOURCE_TIMEOUT: { exitCode: 1, meaning: 'The source did not answer, or sent nothing, in time.' },
  SOURCE_DENIED: { exitCode: 1, meaning: 'The source wants other credentials.' },
  SOURCE_BAD_ANSWER: { exitCode: 1, meaning: 'The source answers with an error, or with what is no video.' },
  SOURCE_FAILED: { exitCode: 1, meaning: 'A source that worked stopped working; it is restarted with backoff.' },
  FFMPEG_NOT_FOUND: { exitCode: 2, meaning: 'No FFmpeg binary could be found or run.' },
  FFMPEG_FAILED: { exitCode: 1, meaning: 'FFmpeg ended with an error.' },
  BAD_JPEG: { exitCode: 1, meaning: 'A JPEG of a source is broken; the frame is left out.' },
  PROCESSOR_INVALID: { exitCode: 2, meaning: 'The processor cannot be loaded, or exports no processFrame.' },
  PROCESSOR_FAILED: { exitCode: 1, meaning: 'A processor threw, hung or crashed; the stream goes on without it.' },
  RECORDING_FAILED: { exitCode: 1, meaning: 'A recording stopped; streaming goes on.' },
  DISK_FULL: { exitCode: 1, meaning: 'No room is left on the disk for a recording or a video.' },
  TOO_MANY_STREAMS: { exitCode: 2, meaning: 'The server has as many streams as it allows (--max-streams).' },
  STREAM_EXISTS: { exitCode: 2, meaning: 'There is a stream of that name already.' },
  ENCODE_FAILED: { exitCode: 1, meaning: 'A frame could not be encoded as JPEG.' },
  PORT_IN_USE: { exitCode: 2, meaning: 'Another process listens on the port.' },
  LISTEN_FAILED: { exitCode: 2, meaning: 'The server cannot listen on the host and port.' },
  CONNECT_FAILED: { exitCode: 1, meaning: 'The server cannot be reached.' },
  CONNECT_TIMEOUT: { exitCode: 1, meaning: 'The server did not answer in time.' },
  CONNECTION_LOST: { exitCode: 1, meaning: 'The connection broke.' },
  WRONG_PORT: { exitCode: 1, meaning: 'Another protocol is spoken at that port; take the other port of the server.' },
  NO_FRAMES: { exitCode: 1, meaning: 'The run ended without a single frame.' },
  FILE_WRITE_FAILED: { exitCode: 1, meaning: 'An output file could not be written.' },
  FILE_EXISTS: { exitCode: 2, meaning: 'A file of that name exists, and was not to be replaced.' },
  SOURCE_FORBIDDEN: { exitCode: 1, meaning: 'A source added over HTTP may not reach that address.' },
  BAD_CERTIFICATE: { exitCode: 2, meaning: 'A TLS certificate or key cannot be read, or they do not fit each other.' },
  UNTRUSTED_CERTIFICATE: { exitCode: 1, meaning: 'The TLS certificate of the server is not trusted.' },
  BAD_REQUEST: { exitCode: 1, meaning: 'An HTTP request does not have the form the API gives it.' },
  NOT_FOUND: { exitCode: 1, meaning: 'There is nothing at that address of the API.' },
  METHOD_NOT_ALLOWED: { exitCode: 1, meaning: 'The address of the API does not know that method.' },
  BODY_TOO_LARGE: { exitCode: 1, meaning: 'The body of an HTTP request, or its header, is too large.' },
  FORBIDDEN: { exitCode: 1, meaning: 'That needs the admin token, or comes from a page of another site.' },
  HOST_FORBIDDEN: { exitCode: 1, meaning: 'A request names a host that this server does not answer to.' },
  TOO_MANY_REQUESTS: { exitCode: 1, meaning: 'An address asks more often than the server allows.' },
  NO_FRAME: { exitCode: 1, meaning: 'The stream has no frame at present.' },
  UNKNOWN_CLIENT: { exitCode: 1, meaning: 'No client of that id is connected.' },
  ENCODER_NOT_FOUND: { exitCode: 2, meaning: 'This FFmpeg has no encoder that works for the codec that is wanted.' },
  PUBLISH_UNREACHABLE: { exitCode: 1, meaning: 'No connection to the RTSP server that a stream is published to.' },
  PUBLISH_DENIED: { exitCode: 1, meaning: 'The RTSP server wants other credentials for publishing.' },
  PUBLISH_REFUSED: { exitCode: 1, meaning: 'The RTSP server does not take the stream, or is no RTSP server.' },
  PUBLISH_LOST: { exitCode: 1, meaning: 'Publishing broke off; it is tried again with backoff.' },
  MEDIAMTX_NOT_FOUND: { exitCode: 2, meaning: 'No MediaMTX binary could be found (--mediamtx).' },
  MEDIAMTX_FAILED: { exitCode: 1, meaning: 'MediaMTX does not start, or ended; what ran is started again.' },
  PUBLISH_IMPOSSIBLE: { exitCode: 1, meaning: 'A stream cannot be published over RTSP in the way that was asked for.' },
  RESOURCE_LIMIT: {
    exitCode: 1,
    meaning: 'A limit on CPU or memory kept publishers from running (--max-cpu-percent).',
  },
  BENCH_BUSY: { exitCode: 1, meaning: 'The server is busy with a benchmark of another coordinator.' },
  BENCH_FULL: { exitCode: 1, meaning: 'The server has as many devices as a benchmark may have.' },
  BENCH_REFUSED: { exitCode: 1, meaning: 'What a device or coordinator asked for does not fit the state it is in.' },
  BENCH_UNKNOWN: { exitCode: 1, meaning: 'The server is of a version without benchmarks of several devices.' },
  BENCH_OVER: { exitCode: 1, meaning: 'The server ended a benchmark before there was anything to report.' },
  NO_DEVICES: { exitCode: 1, meaning: 'No device joined the benchmark in time.' },
  CAMERA_LIST_INVALID: { exitCode: 1, meaning: 'What should list cameras is no list, or says no addresses.' },
  NO_CAMERAS: { exitCode: 1, meaning: 'The list of cameras holds none that can be opened.' },
  BAD_REPORT: { exitCode: 2, meaning: 'A file is no report of a run.' },
  RUNS_UNLIKE: { exitCode: 2, meaning: 'The runs to be compared differ in more than their figures (--allow-unlike).' },
  BAD_VERSION: { exitCode: 1, wire: true, meaning: 'Client and server speak different protocol versions.' },
  BAD_TOKEN: { exitCode: 1, wire: true, meaning: 'The token is missing or wrong.' },
  TOO_MANY_ATTEMPTS: { exitCode: 1, wire: true, meaning: 'Too many wrong tokens came from that address.' },
  BAD_MESSAGE: { exitCode: 1, wire: true, meaning: 'A message does not have the form the protocol gives it.' },
  MESSAGE_TOO_LONG: { exitCode: 1, wire: true, meaning: 'A message is longer than its type allows.' },
  UNEXPECTED_MESSAGE: { exitCode: 1, wire: true, meaning: 'A message came that is not allowed at this point.' },
  TOO_MANY_MESSAGES: { exitCode: 1, wire: true, meaning: 'A client sends more than the server takes.' },
  HELLO_TIMEOUT: { exitCode: 1, wire: true, meaning: 'No HELLO came in time.' },
  IDLE_TIMEOUT: { exitCode: 1, wire: true, meaning: 'The peer sent nothing for too long.' },
  SERVER_FULL: { exitCode: 1, wire: true, meaning: 'The server has as many clients as it allows.' },
  INTERNAL: { exitCode: 1, wire: true, meaning: 'A defect in frame-streamer; please report it.' },
  UNKNOWN_STREAM: { exitCode: 1, wire: true, meaning: 'The server has no stream of that name.' },
  TOO_FAR_BEHIND: { exitCode: 1, wire: true, meaning: 'A client with policy `every` fell too far behind.' },
  SERVER_CLOSING: { exitCode: 1, wire: true, meaning: 'The server shuts down.' },
  KICKED: { exitCode: 1, wire: true, meaning: 'An administrator ended the connection.' },
  CLIENT_CLOSING: { exitCode: 0, wire: true, meaning: 'The client is done.' },
  STREAM_REMOVED: { exitCode: 0, wire: true, meaning: 'The stream was taken away while the server runs on.' },
  STREAM_HEALTH: {
    exitCode: 0,
    wire: true,
    meaning: 'Reason of a stream that is degraded, silent, frozen or whose clock leapt.',
  },
  STREAMS_ENDED: { exitCode: 0, wire: true, meaning: 'Every stream has come to its end.' },
} as const satisfies Record<string, { exitCode: 0 | 1 | 2; wire?: true; meaning: string }>;

/** A stable error code; see `ERROR_CODES` for what each means. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** An error a user can meet: a stable code, one sentence that says what to do, and the cause kept. */
export class StreamerError extends Error {
  override readonly name = 'StreamerError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** The exit code of a command that this error ends. */
  get exitCode(): number {
    return ERROR_CODES[this.code].exitCode;
  }
}

/** Whether `value` is the code of an error we know, so that a code from a peer is not trusted blindly. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_CODES, value);
}

/** Turns anything thrown into a `StreamerError`, keeping it as the cause when it was not one. */
export function toStreamerError(thrown: unknown, code: ErrorCode = 'INTERNAL'): StreamerError {
  if (thrown instanceof StreamerError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new StreamerError(code, message, { cause: thrown });
}
