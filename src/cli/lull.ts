/**
 * Signals while no engine of this process drives a run: between a change that failed and its backout, and after the last
 * one. Nothing is in flight then. SIGHUP is nothing, and what ended well is not turned into "killed by a signal".
 */

type Act = (signal: NodeJS.Signals) => void;

const signals = ['SIGHUP', 'SIGTERM', 'SIGINT'] as const;
let act: Act | undefined;
let told: NodeJS.Signals | undefined;

function heard(signal: NodeJS.Signals): void {
  if (signal === 'SIGHUP') return;
  told ??= signal;
  act?.(signal);
}

/** The engine has gone: from here on signals are only remembered. */
export function beginLull(): void {
  endLull();
  for (const signal of signals) process.on(signal, heard);
}

/** Whoever comes next hears signals by itself, or has them do what they do to any program. */
export function endLull(): void {
  for (const signal of signals) process.off(signal, heard);
  act = undefined;
  told = undefined;
}

/** Until the lull ends SIGTERM and SIGINT are answered so; at once where one came since the last engine has gone. */
export function answerInLull(answer: Act): void {
  const before = told;
  beginLull();
  act = answer;
  if (before !== undefined) answer(before);
}
