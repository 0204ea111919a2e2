/**
 * Conditions in CEL over what an adapter has measured, e.g. `body.status == "ok"`. The package is loaded only where
 * a condition is given. Pure: a condition sees nothing but its values.
 */
import { err, ok, type Result } from '../../src/kernel/result.ts';

/** Whether it holds; an error where it cannot be told: a key that is not there, a value of another type. */
export type Condition = (values: { readonly [name: string]: unknown }) => Result<boolean, string>;

/** The error says what is wrong with the expression. */
export async function compileCondition(
  expression: string,
  variables: readonly string[],
): Promise<Result<Condition, string>> {
  const { Environment } = await import('@marcbachmann/cel-js');
  const environment = new Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false });
  for (const name of variables) environment.registerVariable(name, 'dyn');
  try {
    const parsed = environment.parse(expression);
    const { valid, error, type = 'dyn' } = parsed.check();
    if (!valid) return err(`${expression} is not valid: ${summaryOf(error)} (known: ${variables.join(', ')})`);
    if (type !== 'bool' && type !== 'dyn') return err(`${expression} gives ${type}, not true or false`);
    return ok((values) => evaluate(parsed, values, expression));
  } catch (error) {
    return err(`${expression} is not valid: ${summaryOf(error)}`);
  }
}

function evaluate(
  parsed: (values: Record<string, unknown>) => unknown,
  values: { readonly [name: string]: unknown },
  expression: string,
): Result<boolean, string> {
  try {
    const known = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toCel(value)]));
    const answer = parsed(known);
    return typeof answer === 'boolean' ? ok(answer) : err(`${expression} gives neither true nor false`);
  } catch (error) {
    return err(`${expression} cannot be told: ${summaryOf(error)}`);
  }
}

/** Whole numbers become CEL's int, so that `body.count + 1` holds. */
function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toCel(member)]));
}

function summaryOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').replace(/\.$/, '');
}
