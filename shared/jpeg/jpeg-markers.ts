/** Second byte of the markers that matter here (ITU T.81, table B.1); the first is always 0xff. */
export const Marker = {
  SOF0: 0xc0,
  SOF1: 0xc1,
  DHT: 0xc4,
  JPG: 0xc8,
  DAC: 0xcc,
  SOF15: 0xcf,
  RST0: 0xd0,
  SOI: 0xd8,
  EOI: 0xd9,
  SOS: 0xda,
  DQT: 0xdb,
  DRI: 0xdd,
  APP14: 0xee,
} as const;

const PREFIX = 0xff;
const STUFFING = 0x00;
const TEM = 0x01;

/**
 * The place of the 0xff of the next marker from `offset` on, one that is not fill, stuffing, a restart marker or TEM.
 * What stands between the segments is passed over, be it coded data or, as every decoder allows, garbage. Where the
 * bytes end first this is the place to look from when more have come: either their length or a last 0xff.
 */
export function findMarker(bytes: Buffer, offset: number): number {
  let at = bytes.indexOf(PREFIX, offset);
  while (at !== -1 && at + 1 < bytes.length) {
    const code = bytes.readUInt8(at + 1);
    if (code === PREFIX) at += 1;
    else if (isPassedOver(code)) at = bytes.indexOf(PREFIX, at + 2);
    else return at;
  }
  return at === -1 ? Math.max(offset, bytes.length) : at;
}

function isPassedOver(code: number): boolean {
  return code === STUFFING || code === TEM || (code >= Marker.RST0 && code < Marker.SOI);
}
