/** The timer of the process; it counts up to 24 days. */
export function processTimer(waitMs: number, act: () => void): () => void {
  const timer = setTimeout(act, waitMs);
  return () => clearTimeout(timer);
}
