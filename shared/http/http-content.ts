/** How the body of an answer is to be read; `unknown` has to be looked at. */
export type HttpContent = 'multipart' | 'jpeg' | 'video' | 'unknown' | 'other';

/** So many bytes tell the kind of a body, see `contentOfBytes`. */
export const HEAD_BYTES = 16;

const BY_TYPE: readonly (readonly [RegExp, HttpContent])[] = [
  [/^multipart\//, 'multipart'],
  [/^image\/(p|x-)?jpe?g$/, 'jpeg'],
  [/^video\//, 'video'],
  [/^(application|audio)\/(vnd\.apple\.|x-)?mpegurl$/, 'video'],
  [/^application\/(dash\+xml|mp4|ogg|mxf)$/, 'video'],
  // Servers of files give these to whatever they do not know.
  [/^(|application\/octet-stream|binary\/octet-stream|application\/x-octet-stream|text\/plain)$/, 'unknown'],
];

/** The kind of content that a Content-Type promises. */
export function contentOfType(contentType: string | undefined): HttpContent {
  const type = mediaType(contentType);
  return BY_TYPE.find(([pattern]) => pattern.test(type))?.[1] ?? 'other';
}

/** Whether a part of a multipart stream may be a picture; cameras call it all sorts of things, or nothing. */
export function mayBePicture(contentType: string | undefined): boolean {
  const type = mediaType(contentType);
  return type.startsWith('image/') || (type !== 'text/plain' && contentOfType(type) === 'unknown');
}

/** The kind of content that begins with `head`: `HEAD_BYTES` bytes, or fewer when there are no more. */
export function contentOfBytes(head: Buffer): Exclude<HttpContent, 'unknown'> {
  if (head.length < 4) return 'other';
  if (head.readUIntBE(0, 3) === 0xffd8ff) return 'jpeg';
  const text = head.toString('latin1').trimStart();
  if (text.startsWith('--')) return 'multipart';
  return /^[<{[]/.test(text) ? 'other' : 'video';
}

/** Type and subtype in lower case, without parameters. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
