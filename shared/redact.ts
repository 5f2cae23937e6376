const MASK = '***';

/** What can stand behind a host; what else follows the first colon of an authority is a password. */
const PORT = /^\d{0,5}$/;
const BRACKETED_HOST = /^\[[^\]]*\](?::\d{0,5})?$/;

/** The name of a parameter with what leads to it: of a query, a fragment, or a path as some cameras write them. */
const PARAMETER = /[?&;#/=]([^?&;#/=\s]+)=/g;

/** What was hidden before stays as it is, with the sentence that goes on behind it. */
const HIDDEN_BEFORE = /^\*{3}[:.,;)"'…]{0,3}(?:\s|$)/;

/** Names of secrets wherever in a name these words stand, and names that are nothing but such a word. */
const SECRET_WORD =
  /token|passw|passphrase|pwd|secret|signature|credential|authorization|jwt|(?:api|access|auth|private|shared|stream|client|session)[-_]?key/;
const SECRET_NAME = /(?:^|[-_.])(?:key|pass|pw|auth|sig|loginpas|hmac|otp|sid|session|sessionid)$/;

/** What an SRT address says to the server; MediaMTX and others take the user and the password there. */
const STREAM_ID = 'streamid';
/** `read:path` and what is simpler: no room for a password. */
const PLAIN_STREAM_ID = /^[^:,=]*(?::[^:,=]*)?$/;

/** Shorter secrets would take half of what else a text says with them. */
const MIN_LITERAL_LENGTH = 6;

/**
 * Hides the secrets of `url`, which is one address as a whole, or means to be: what stands between the first colon of its
 * user info and the last `@`, and the values of parameters that have the name of a secret. What a lenient reader could
 * take for a password is hidden as well: a masked path is a smaller loss than a shown secret. Linear in any text.
 */
export function redactUrl(url: string): string {
  return maskParameters(maskPassword(url));
}

/** Hides the secrets of the addresses in `text`; space ends an address, and nothing else does. Linear in any text. */
export function redactText(text: string): string {
  return maskParameters(text.replace(/\S+/g, maskPassword));
}

/** Hides the secrets in the strings of a JSON document, which stays one. */
export function redactJson(json: string): string {
  return json.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/gs, (literal) =>
    /:\/\/|=/.test(literal) ? redactLiteral(literal) : literal,
  );
}

/** Hides what the others leave of the user info in addresses: who logs in. */
export function redactUsers(text: string): string {
  return text.replace(/:\/\/[^\s/?#]*@/g, `://${MASK}@`);
}

/** The secrets of an address as they can turn up elsewhere: as they are written there, and decoded. */
export function secretsOf(url: string): readonly string[] {
  const secrets = [passwordOf(url)?.secret ?? '', ...parameterSecrets(url).map(({ from, to }) => url.slice(from, to))];
  const forms = secrets.flatMap((secret) => [secret, decoded(secret)]);
  return [...new Set(forms)].filter((form) => form.length >= MIN_LITERAL_LENGTH);
}

/** Hides `secrets` wherever they stand. */
export function redactLiterally(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
}

function redactLiteral(literal: string): string {
  try {
    return JSON.stringify(redactText(JSON.parse(literal) as string));
  } catch {
    // What is no JSON need not stay any.
    return redactText(literal);
  }
}

function maskPassword(text: string): string {
  const found = passwordOf(text);
  return found ? `${text.slice(0, found.from)}${MASK}${text.slice(found.to)}` : text;
}

/** The first that can be a password; it goes on to the last `@`, so there is no second one. */
function passwordOf(text: string): { from: number; to: number; secret: string } | null {
  const to = text.lastIndexOf('@');
  for (let at = text.indexOf('://'); at >= 0 && at < to; at = text.indexOf('://', at + 3)) {
    const authority = /[^/?#]*/y;
    authority.lastIndex = at + 3;
    const [host = ''] = authority.exec(text) ?? [];
    const colon = host.indexOf(':');
    if (colon < 0 || BRACKETED_HOST.test(host) || PORT.test(host.slice(colon + 1))) continue;
    const from = at + 3 + colon + 1;
    if (from <= to) return { from, to, secret: text.slice(from, to) };
  }
  return null;
}

function maskParameters(text: string): string {
  let masked = '';
  let done = 0;
  for (const { from, to } of parameterSecrets(text)) {
    masked += `${text.slice(done, from)}${MASK}`;
    done = to;
  }
  return masked + text.slice(done);
}

/** Where the values of secret parameters stand. They end where FFmpeg has them end: only at an ampersand, or a space. */
function parameterSecrets(text: string): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  const value = /[^&\s]*/y;
  PARAMETER.lastIndex = 0;
  for (let match = PARAMETER.exec(text); match; match = PARAMETER.exec(text)) {
    const from = PARAMETER.lastIndex;
    // The equals sign may lead to another name.
    PARAMETER.lastIndex = from - 1;
    const name = match[1] ?? '';
    const isStreamId = name.toLowerCase() === STREAM_ID;
    if (!isStreamId && !isSecretName(name)) continue;
    value.lastIndex = from;
    value.exec(text);
    const to = Math.max(from, value.lastIndex);
    if (isStreamId && PLAIN_STREAM_ID.test(decoded(text.slice(from, to)))) continue;
    if (to > from && !HIDDEN_BEFORE.test(text.slice(from, from + 8))) found.push({ from, to });
    PARAMETER.lastIndex = to;
  }
  return found;
}

/** Whether `name`, of a parameter or a flag, is one that secrets have: `token`, `api_key`, `loginpas`. */
export function isSecretName(name: string): boolean {
  const plain = decoded(name).toLowerCase();
  return SECRET_WORD.test(plain) || SECRET_NAME.test(plain);
}

/** Percent-encoding taken out as far as there is any; unlike the built-in one it takes whatever comes. */
function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
