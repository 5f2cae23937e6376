import leven from 'leven';

/** Longer words are never a slip of a name we know; comparing them would only cost time. */
const MAX_WORD_LENGTH = 64;

/**
 * The candidate that `word` was probably meant to be, or null when none is near enough. Case, dashes and underscores
 * do not count, so `max-clients` and `MAX_CLIENTS` find `maxClients`.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const wanted = fold(word);
  if (wanted === '' || wanted.length > MAX_WORD_LENGTH) return null;
  let best: string | null = null;
  let bestDistance = allowedDistance(wanted) + 1;
  for (const candidate of candidates) {
    const distance = leven(wanted, fold(candidate), { maxDistance: bestDistance });
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

function fold(word: string): string {
  return word.toLowerCase().replaceAll(/[-_\s]/g, '');
}

/** Two swapped letters are a distance of 2, yet in a word of three letters that would match almost anything. */
function allowedDistance(word: string): number {
  return word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
}
