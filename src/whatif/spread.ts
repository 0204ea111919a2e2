/** An order in which to take many things so that those taken so far always lie evenly over all: what they cost tells the rest. */

/** Every number below `count`, once. */
export function* spread(count: number): Generator<number> {
  const stride = strideFor(count);
  for (let nth = 0; nth < count; nth += 1) yield (nth * stride) % count;
}

/** About the golden section of `count`, and without a common divisor. */
function strideFor(count: number): number {
  let stride = Math.max(1, Math.round(count * 0.618));
  while (commonDivisor(stride, count) > 1) stride += 1;
  return stride;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
