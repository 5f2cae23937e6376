const DIGITS = 3;

/** The first of `stream-001`, `stream-002`, … that is not taken. */
export function nextStreamName(isTaken: (name: string) => boolean): string {
  for (let number = 1; ; number += 1) {
    const name = `stream-${String(number).padStart(DIGITS, '0')}`;
    if (!isTaken(name)) return name;
  }
}

/** The address of a stream under the address that all share: `rtsp://host:8554/load/stream-001?key=1`. */
export function streamUrl(to: string, name: string): string {
  const [, base = to, query = ''] = /^([^?#]*)(.*)$/s.exec(to) ?? [];
  return `${base.replace(/\/+$/, '')}/${name}${query}`;
}
