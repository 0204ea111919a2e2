/** Runs dist/ once as an operator would, and keeps V8's code of that run beside it. Arguments: those of the run. */
'use strict';
const { renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const { code, script } = require(join(__dirname, '../dist/start.cjs'));

process.on('exit', (status) => {
  if (status !== 0) return;
  writeFileSync(`${code}.${process.pid}`, script.createCachedData());
  renameSync(`${code}.${process.pid}`, code);
});
