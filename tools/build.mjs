/**
 * Builds dist/: the command line, the worker and script runner that steps start, and the public library, bundled so
 * that a one-step run loads little; with `--types` (and in `npm run build`) also the declarations.
 * An engine that still runs from an earlier build loads its chunks lazily, so only `--types` empties dist/ first.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

const entries = {
  worker: 'src/cli/worker.ts',
  'script-runner': 'src/cli/script-runner.ts',
  index: 'src/index.ts',
  adapter: 'src/ports/adapter-kit.ts',
};
/**
 * What an operator starts is one CommonJS file: it loads in half the time of thirty ES modules. What few runs need
 * (these libraries, and the adapters) stays outside and is loaded when it is used.
 */
const commandLine = {
  entry: 'src/cli/entry.ts',
  external: ['execa', 'nodemailer', 'p-retry', 'winston', 'zx'],
};
/** The launcher of step processes is Perl, what hosts are told is shell: both are looked for beside the bundle. */
const besides = ['src/runtime/process/*.pl', 'src/runtime/hosts/*.sh'];

/** Every adapter is a file of its own beside the command line, found by the name that the registry gives it. */
const registry = readFileSync(join(root, 'adapters/registry.ts'), 'utf8');
const adapters = [...registry.matchAll(/import\('\.\/([\w/-]+)\/index\.ts'\)/g)].map(([, folder = '']) => folder);
const adapterFile = (folder) => `adapter-${folder.replaceAll('/', '-')}`;
for (const folder of adapters) entries[adapterFile(folder)] = `adapters/${folder}/index.ts`;

const adaptersOutside = {
  name: 'adapters are files of their own',
  setup(plugin) {
    plugin.onResolve({ filter: /\/index\.ts$/ }, ({ path, kind, importer }) => {
      if (kind !== 'dynamic-import' || !importer.endsWith('adapters/registry.ts')) return undefined;
      return { path: `./${adapterFile(path.slice(2, -'/index.ts'.length))}.js`, external: true };
    });
  },
};

const present = (table) => Object.entries(table).filter(([, source]) => existsSync(join(root, source)));

/** CommonJS libraries ask for `require`; only the chunk that defines esbuild's stand-in for it pays for one. */
const requireBanner = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);\n";
const asksForRequire = (text) => text.includes('typeof require');

/**
 * `await import('nodemailer')` gives the exports of a CommonJS package by name in Node, but only `default` in esbuild.
 * The names are those that Node itself finds.
 */
const namedExports = {
  name: 'named exports of CommonJS packages',
  setup(plugin) {
    plugin.onResolve({ filter: /^[a-z@][^:]*$/ }, async ({ path, kind, importer }) => {
      if (kind !== 'dynamic-import' || path === 'zx') return undefined;
      const names = Object.keys(await import(path));
      if (!names.includes('module.exports')) return undefined;
      return { path, namespace: 'by-name', pluginData: { names, resolveDir: dirname(importer) } };
    });
    plugin.onLoad({ filter: /.*/, namespace: 'by-name' }, ({ path, pluginData: { names, resolveDir } }) => {
      const exported = names.filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default');
      const contents = `import all from ${JSON.stringify(path)};export default all;export const {${exported}} = all;`;
      return { contents, resolveDir };
    });
  },
};

/** Whole or not at all: other processes read dist/ while it is built. */
function write(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, contents);
  renameSync(`${path}.${process.pid}`, path);
}

const common = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node22.18',
  minifyWhitespace: true,
  minifySyntax: true,
  define: { BACKOUT_VERSION: JSON.stringify(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version) },
  legalComments: 'none',
  logLevel: 'warning',
};

/** One character beyond ASCII (in a regular expression, where esbuild leaves it) would double the text's memory. */
function inAscii(text) {
  return text.replaceAll(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

async function bundleCommandLine() {
  const result = await build({
    ...common,
    entryPoints: [commandLine.entry],
    outfile: join(dist, 'cli.cjs'),
    format: 'cjs',
    external: commandLine.external,
    plugins: [adaptersOutside],
    define: { ...common.define, 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl=require('node:url').pathToFileURL(__filename).href;" },
  });
  // `importModule` is what start.cjs gives it.
  const body = inAscii(result.outputFiles[0].text)
    .replaceAll('await import(', 'await importModule(')
    .replaceAll('()=>import(', '()=>importModule(');
  const text = `(function (exports, require, module, __filename, __dirname, importModule) { ${body}\n})`;
  const name = `cli-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  write(join(dist, `${name}.cjs`), Buffer.from(text));
  const start = readFileSync(join(root, 'tools/start.cjs'), 'utf8');
  return { name, start: start.replace('CLI_FILE', `${name}.cjs`).replace('CLI_CODE', `${name}.code`) };
}

/** One run of a small plan, so that its code need not be compiled at every start. */
function train({ name }) {
  if (existsSync(join(dist, `${name}.code`))) return;
  const scratch = mkdtempSync(join(tmpdir(), 'backout-train-'));
  try {
    const run = ['run', join(root, 'tools/train.yaml'), '--yes', '--home', join(scratch, 'home')];
    execFileSync(process.execPath, [join(root, 'tools/train.cjs'), ...run], { stdio: ['ignore', 'ignore', 'pipe'] });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** An engine has read its whole command line when it starts: what an earlier build made is of no use a while later. */
function removeOld({ name }) {
  for (const file of globSync('cli-*', { cwd: dist })) {
    const path = join(dist, file);
    // Another build may be removing the same ones.
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (!file.startsWith(name) && age > 600_000) rmSync(path, { force: true });
  }
}

async function bundle() {
  const result = await build({
    ...common,
    entryPoints: Object.fromEntries(present(entries)),
    outdir: dist,
    splitting: true,
    format: 'esm',
    // Beside the entries: what looks for files beside itself (import.meta.url) finds them from any chunk.
    chunkNames: 'chunk-[name]-[hash]',
    external: ['zx'],
    plugins: [namedExports],
  });
  for (const file of result.outputFiles) {
    const banner = asksForRequire(file.text) ? requireBanner : '';
    write(file.path, Buffer.concat([Buffer.from(banner), file.contents]));
  }
}

const withTypes = process.argv.includes('--types') || process.env.npm_lifecycle_event === 'build';
if (withTypes) rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
const built = await bundleCommandLine();
await bundle();
for (const name of globSync(besides, { cwd: root })) write(join(dist, basename(name)), readFileSync(join(root, name)));
write(join(dist, 'start.cjs'), Buffer.from(built.start));
train(built);
removeOld(built);
if (withTypes) {
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
}
for (const source of [...Object.values(entries), commandLine.entry]) {
  if (!existsSync(join(root, source)))
    console.error(`${relative(process.cwd(), root) || '.'}: no ${source} yet, left out`);
}
