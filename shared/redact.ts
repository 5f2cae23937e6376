const MASK = '***';

/**
 * The password of `scheme://user:password@host`. A port (`:8000/`) is not a password, and a backslash keeps the quote
 * after it inside, since the text may be JSON. The bounds keep the search linear in hostile text.
 */
const URL_PASSWORD = /(:\/\/[^\s:/@"]{0,256}:)(?!\d{1,5}[/?#])(?:\\.|[^\s"\\]){0,256}@/g;

/**
 * A secret in a query: `?token=…`, `&token=…`, and the other names that people and cameras give it. What was hidden
 * before stays as it is, with the sentence that goes on behind it.
 */
const QUERY_SECRET =
  /([?&](?:access_|auth_?)?(?:token|api_?key|key|pass|passwd|passphrase|password|pwd|loginpas|secret)=)(?!\*{3}[:.,;)]?(?:\s|$))[^&#\s"'\\]+/gi;

/**
 * Hides the secrets of every URL in `text`: the password before the host and the value of `token=` in the query.
 * What a lenient reader could take for a password is hidden as well: a masked path is a smaller loss than a shown secret.
 */
export function redactUrl(text: string): string {
  return text.replace(URL_PASSWORD, `$1${MASK}@`).replace(QUERY_SECRET, `$1${MASK}`);
}
