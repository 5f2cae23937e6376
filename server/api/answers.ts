import { problemSchema } from '../../shared/api/problem-schema.js';
import { StreamerError } from '../../shared/errors.js';
import { binarySchema } from './answer-schema.js';

/** Problems that any request can be answered with. */
const COMMON = {
  400: 'The request does not have the form that it must have.',
  401: 'The token is missing or wrong.',
  421: 'This server does not answer to that host.',
  429: 'Too many requests, or too many wrong tokens, from this address; see Retry-After.',
  500: 'A defect of the server.',
  503: 'The server shuts down, or cannot do it at present; see Retry-After.',
} as const;
/** Problems of requests with a body. */
const OF_BODIES = {
  413: 'The body is too large.',
  415: 'The body is not application/json.',
} as const;
const FORBIDDEN = { 403: 'That needs the admin token, or comes from a page of another origin.' } as const;

interface ProblemAnswer {
  readonly description: string;
  readonly content: { readonly 'application/problem+json': { readonly schema: typeof problemSchema } };
}
type ProblemAnswers<S extends number> = Readonly<Record<S, ProblemAnswer>>;

/** Answers of a route that reads, besides its own: problems by status. */
export function readProblems<S extends number = never>(own?: Readonly<Record<S, string>>) {
  return problemAnswers({ ...COMMON, ...FORBIDDEN, ...own });
}

/** As `readProblems`, of a route that changes something. */
export function changeProblems<S extends number = never>(own?: Readonly<Record<S, string>>) {
  return problemAnswers({ ...COMMON, ...OF_BODIES, ...FORBIDDEN, ...own });
}

/** Headers of an answer in the words of OpenAPI, by name. */
export type AnswerHeaders = Readonly<Record<string, { readonly type: string; readonly description: string }>>;

/** An answer that is no JSON. */
export function binaryAnswer<T extends string>(description: string, types: T | readonly T[]) {
  const schema = binarySchema;
  const content = Object.fromEntries([types].flat().map((type) => [type, { schema }])) as Record<
    T,
    { schema: typeof schema }
  >;
  return { description, content };
}

/** What a request is refused with that names no stream there is. */
export function unknownStream(name: string): StreamerError {
  return new StreamerError('UNKNOWN_STREAM', `There is no stream ${name}; GET /api/streams lists those there are.`);
}

/** Problems by status, each with what it means here. */
export function problemAnswers<S extends number>(descriptions: Readonly<Record<S, string>>): ProblemAnswers<S> {
  const entries = Object.entries<string>(descriptions).map(([status, description]) => [
    status,
    { description, content: { 'application/problem+json': { schema: problemSchema } } },
  ]);
  return Object.fromEntries(entries) as ProblemAnswers<S>;
}
