/** `node:sqlite`, loaded when the first lock is taken, and without the warning that Node 22 gives on loading it. */
type Sqlite = typeof import('node:sqlite');

export function loadSqlite(): Sqlite {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
