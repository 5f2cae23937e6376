import type { FastifyError } from 'fastify';
import { StreamerError } from '../../shared/errors.js';
import { HttpError } from './http-error.js';

/** Sentences for what the library refuses, by its code; others are told as the library words them. */
const SENTENCES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_EMPTY_TYPE: 'The body has no type; send Content-Type: application/json.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The body must be JSON; send Content-Type: application/json.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as Content-Length says.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_BAD_URL: 'The path is not percent-encoded as it must be (RFC 3986).',
  FST_ERR_MAX_PARAM_LENGTH: 'A part of the path is too long.',
};

/** What was thrown, as an error of ours where the library threw it because of the request; else as it is. */
export function fromLibrary(thrown: unknown, maxBodyBytes: number): unknown {
  if (thrown instanceof StreamerError || !(thrown instanceof Error)) return thrown;
  const { code, statusCode = 500, validation, validationContext, message } = thrown as FastifyError;
  if (validation)
    return new StreamerError('BAD_REQUEST', validationSentence(validation, validationContext ?? 'request'));
  if (statusCode < 400 || statusCode >= 500) return thrown;
  if (statusCode === 413) {
    return new StreamerError('BODY_TOO_LARGE', `The body may have ${maxBodyBytes / 1024} KiB at most.`);
  }
  // A path that leads out of a folder of files leads nowhere.
  if (statusCode === 404 || statusCode === 403)
    return new StreamerError('NOT_FOUND', 'There is nothing under this path.');
  const sentence =
    SENTENCES[code] ?? (thrown instanceof SyntaxError ? SENTENCES['FST_ERR_CTP_INVALID_JSON_BODY'] : null);
  return new HttpError('BAD_REQUEST', sentence ?? message, { status: statusCode, cause: thrown });
}

/** Each wrong field with what is wrong with it: `body.width: Too small: expected number to be >=2`. */
function validationSentence(validation: NonNullable<FastifyError['validation']>, context: string): string {
  const place = context === 'params' ? 'path' : context === 'querystring' ? 'query' : context;
  return validation
    .slice(0, 5)
    .map(({ instancePath, message }) => {
      const field = instancePath.split('/').filter((part) => part !== '');
      return `${[place, ...field].join('.')}: ${message ?? 'is wrong'}`;
    })
    .join('; ');
}
