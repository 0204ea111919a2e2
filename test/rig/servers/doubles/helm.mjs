/**
 * A double of Helm 3 for tests: keeps releases in the JSON file $HELM_DOUBLE, and does what `history`, `get manifest`,
 * `rollback` and `version` do to a release's records (pkg/action/rollback.go), with helm's texts and exit codes.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const file = process.env.HELM_DOUBLE;
const state = JSON.parse(readFileSync(file, 'utf8'));
const args = process.argv.slice(2);
const flags = Object.fromEntries(args.filter((arg) => arg.startsWith('--')).map((arg) => arg.slice(2).split(/=(.*)/s)));
const words = args.filter((arg) => !arg.startsWith('--'));
const verb = words[0] === 'get' ? 'manifest' : words[0];
const name = words[words[0] === 'get' ? 2 : 1];

state.calls.push(args);
save();
if (verb === 'version') say(state.version);
const { 'kube-context': context, namespace = 'default' } = flags;
if (context !== undefined && !state.contexts.includes(context)) fail(`context "${context}" does not exist`);
if (!state.reachable) {
  const why = 'Get "https://127.0.0.1:6443/version": dial tcp 127.0.0.1:6443: connect: connection refused';
  fail(`Kubernetes cluster unreachable: ${why}`);
}
const history = state.releases[`${namespace}/${name}`];
if (history === undefined) fail('release: not found');

if (verb === 'history') say(JSON.stringify(history.map(({ manifest: _, ...shown }) => shown)));
if (verb === 'manifest') say(revisionOf(Number(flags.revision)).manifest);
if (verb === 'rollback') await rollback(Number(words[2]));
fail(`unknown command "${verb}" for "helm"`);

async function rollback(number) {
  if (state.lazy) say('Rollback was a success! Happy Helming!');
  const target = revisionOf(number);
  const current = history.at(-1);
  const made = {
    ...target,
    revision: current.revision + 1,
    updated: new Date().toISOString(),
    status: 'pending-rollback',
    description: `Rollback to ${number}`,
  };
  history.push(made);
  save();
  if (state.hang) await new Promise(() => setInterval(() => undefined, 60_000));
  if (state.failing !== null) {
    current.status = 'superseded';
    made.status = 'failed';
    made.description = `Release "${name}" failed: ${state.failing}`;
    save();
    fail(`release ${name} failed: ${state.failing}`);
  }
  for (const one of history) if (one.status === 'deployed') one.status = 'superseded';
  made.status = 'deployed';
  save();
  say('Rollback was a success! Happy Helming!');
}

function revisionOf(number) {
  return history.find(({ revision }) => revision === number) ?? fail(`release has no ${number} version`);
}

function save() {
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(state));
  renameSync(`${file}.${process.pid}`, file);
}

function say(text) {
  process.stdout.write(`${text}\n`);
  process.exit(0);
}

function fail(text) {
  process.stderr.write(`Error: ${text}\n`);
  process.exit(1);
}
