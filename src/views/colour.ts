/** The one place that decides whether a stream gets colour and redrawing, and what the colours are. */

export type Style = 'good' | 'bad' | 'warn' | 'busy' | 'dim' | 'strong';
/** Marks text; the text reads the same without it. */
export type Paint = (style: Style, text: string) => string;

export interface Stream {
  readonly isTTY?: boolean | undefined;
}
export type Environment = { readonly [name: string]: string | undefined };

/** NO_COLOR (https://no-color.org) first, then FORCE_COLOR, then: a terminal that is not dumb and not a CI log. */
export function wantsColour(stream: Stream, env: Environment): boolean {
  if (given(env.NO_COLOR)) return false;
  if (given(env.FORCE_COLOR)) return env.FORCE_COLOR !== '0';
  return wantsLive(stream, env);
}

/** Redrawing in place needs a terminal that somebody looks at. */
export function wantsLive(stream: Stream, env: Environment): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb' && (!given(env.CI) || env.CI === 'false');
}

function given(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

const codes: Readonly<Record<Style, readonly [number, number]>> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  busy: [36, 39],
  dim: [2, 22],
  strong: [1, 22],
};

export const unpainted: Paint = (_style, text) => text;
export const painted: Paint = (style, text) => `\x1b[${codes[style][0]}m${text}\x1b[${codes[style][1]}m`;

export function paintFor(stream: Stream, env: Environment): Paint {
  return wantsColour(stream, env) ? painted : unpainted;
}
