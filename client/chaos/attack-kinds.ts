/** How a client misbehaves that holds on to its connection; a storm of reconnecting ones is another thing. */
export const ATTACK_KINDS = [
  'stalled',
  'trickling',
  'silent',
  'vanished',
  'half-open',
  'slow-hello',
  'garbage',
] as const;
export type AttackKind = (typeof ATTACK_KINDS)[number];

/** What a client does badly. */
export interface Behaviour {
  /** What it says first: as it should be, a byte at a time, nothing, or what no client says. */
  readonly says: 'opening' | 'slowly' | 'nothing' | 'garbage';
  /** What it reads: everything, a few bytes at a time, or nothing more once the first frame began. */
  readonly reads: 'all' | 'trickle' | 'first frame';
  readonly acknowledges: boolean;
  /** Whether it shows that it is alive, so that its silence is no reason to close it. */
  readonly pings: boolean;
}

/** What each kind does, and so what a careless server would suffer from. */
export const BEHAVIOURS: Readonly<Record<AttackKind, Behaviour>> = {
  // Its queue on the server grows, if nothing bounds it.
  stalled: { says: 'opening', reads: 'first frame', acknowledges: true, pings: true },
  // Keeps a writer busy with little, and is never quite stuck.
  trickling: { says: 'opening', reads: 'trickle', acknowledges: true, pings: true },
  // Reads all, and leaves the server in the belief that everything is still on its way.
  silent: { says: 'opening', reads: 'all', acknowledges: false, pings: true },
  // As a machine that lost its power: no FIN, no word, and never again a byte read.
  vanished: { says: 'opening', reads: 'first frame', acknowledges: false, pings: false },
  // Takes a place and never says what for.
  'half-open': { says: 'nothing', reads: 'all', acknowledges: false, pings: false },
  'slow-hello': { says: 'slowly', reads: 'all', acknowledges: false, pings: false },
  garbage: { says: 'garbage', reads: 'all', acknowledges: false, pings: false },
};
