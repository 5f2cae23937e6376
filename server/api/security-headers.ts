/**
 * What pages of this server may do: nothing but use it. Pictures come as blobs too, and `'self'` covers WebSockets to
 * the same host and port (Content Security Policy Level 3, section 6.7.2.8).
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ');

/**
 * Headers of every answer. No referrer: the address of a page can have a token in it. No HSTS: whether a host is to be
 * reached by TLS alone is for its owner to say, and it would hold for other ports too.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  // What may be kept says so itself.
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
};
