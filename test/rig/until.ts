/** Waits for what nothing announces: looked for again and again until it is there, with a deadline that names it. */

const lookMs = 5;

export async function until<T>(what: string, look: () => T | undefined | false, withinMs = 15_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
