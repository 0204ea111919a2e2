/**
 * Starts the bundled command line with V8's code of a run that the build has made: without it every start compiles
 * the same functions again, a third of its time. Another Node, or other flags, refuse the code and compile as usual.
 * The build writes the two names; both files carry the digest of the text, as V8 itself compares no more than length.
 */
'use strict';
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const vm = require('node:vm');

const file = join(__dirname, 'CLI_FILE');
const code = join(__dirname, 'CLI_CODE');

function readCode() {
  try {
    return readFileSync(code);
  } catch {
    return undefined;
  }
}

/** The bundle's own `import()` would need an experimental option of Node, which says so on stderr. */
const importModule = (specifier) => import(specifier);

const script = new vm.Script(readFileSync(file, 'latin1'), { filename: file, cachedData: readCode() });
module.exports = { code, script };
const program = { exports: {} };
script.runInThisContext().call(program.exports, program.exports, require, program, file, __dirname, importModule);
