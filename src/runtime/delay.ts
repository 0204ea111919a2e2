/** Resolves after `ms`. The module `node:timers/promises` would cost every start its loading. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
