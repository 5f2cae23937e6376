/** The stages of a frame in their order, in words. */
export const STAGES = [
  { key: 'decode', name: 'decode' },
  { key: 'process', name: 'process' },
  { key: 'queue', name: 'queue' },
  { key: 'encode', name: 'encode' },
  { key: 'publish', name: 'publish' },
  { key: 'network', name: 'network' },
] as const;
