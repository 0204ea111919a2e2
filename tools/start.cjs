/**
 * Starts the bundled command line with V8's code of a run that the build has made: without it every start compiles
 * the same functions again, a third of its time. Another Node, or other flags, refuse the code and compile as usual.
 * The build writes the two names; both files carry the digest of the text, as V8 itself compares no more than length.
 */
'use strict';
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join } = require('node:path');
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

const script = new vm.Script(Module.wrap(readFileSync(file, 'latin1')), {
  filename: file,
  cachedData: readCode(),
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
module.exports = { code, script };
const program = { exports: {} };
script
  .runInThisContext()
  .call(program.exports, program.exports, Module.createRequire(file), program, file, dirname(file));
