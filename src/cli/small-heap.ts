/**
 * A long plan keeps the engine busy for long, and Node's fork costs more the larger the engine is: V8 then collects
 * more eagerly. Not for a short plan: V8 compiles its own built-in code anew once its flags have changed.
 */
const longPlanBytes = 8 * 1024;

/** Before a plan's text of so many bytes is parsed. */
export function keepHeapSmall(bytes: number): void {
  if (bytes > longPlanBytes) process.getBuiltinModule('node:v8').setFlagsFromString('--optimize-for-size');
}
