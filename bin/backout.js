#!/usr/bin/env node
// Plain old syntax: this file must parse on any Node, to be able to say that the Node is too old.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`backout needs Node 22.18 or later; this is ${process.version} (${process.execPath}).`);
  process.exit(2);
}

// Only a folder of one's own, never one like /tmp: what stands in V8's compile cache is run as code.
const cacheHome = process.env.XDG_CACHE_HOME || (process.env.HOME && `${process.env.HOME}/.cache`);
if (cacheHome) process.getBuiltinModule('node:module').enableCompileCache(`${cacheHome}/backout`);

// A small heap: the fork that starts a step costs more the larger the engine is.
const v8 = process.getBuiltinModule('node:v8');
for (const flag of ['--optimize-for-size', '--semi-space-growth-factor=1']) v8.setFlagsFromString(flag);

import('../dist/cli.cjs').catch((error) => {
  const unbuilt = error.code === 'ERR_MODULE_NOT_FOUND' && String(error.url).endsWith('/dist/cli.cjs');
  console.error(unbuilt ? 'backout is not built: run `npm ci && npm run build` in its folder.' : error);
  process.exit(unbuilt ? 2 : 70);
});
