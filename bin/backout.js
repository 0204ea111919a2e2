#!/usr/bin/env node
// Plain CommonJS (package.json beside it): it must parse on an old Node, to be able to say that the Node is too old, and
// Node's loader of ES modules costs every start some milliseconds.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`backout needs Node 22.18 or later; this is ${process.version} (${process.execPath}).`);
  process.exit(2);
}

try {
  require('../dist/start.cjs');
} catch (error) {
  const unbuilt = error.code === 'MODULE_NOT_FOUND' && error.message.includes('/dist/start.cjs');
  console.error(unbuilt ? 'backout is not built: run `npm ci && npm run build` in its folder.' : error);
  process.exit(unbuilt ? 2 : 70);
}
