/**
 * A double of docker 28 with the compose plugin for tests: keeps images and containers in the JSON file
 * $DOCKER_DOUBLE, and does what our adapter asks of it, with docker's output, texts and exit codes.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const file = process.env.DOCKER_DOUBLE;
const state = JSON.parse(readFileSync(file, 'utf8'));
let args = process.argv.slice(2);

state.calls.push(args);
save();
if (args[0]?.startsWith('--context=')) {
  const name = args[0].slice('--context='.length);
  if (!state.contexts.includes(name))
    fail(`Failed to initialize: unable to resolve docker endpoint: context "${name}": context not found`);
  args = args.slice(1);
}
const flag = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const last = args.at(-1);
if (args[0] === 'compose' && !state.plugin) fail("docker: 'compose' is not a docker command.\nSee 'docker --help'");
if (args[0] === 'compose' && args[1] === 'version') say('2.36.2');
if (!state.reachable)
  fail('Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?');

if (args[0] === 'version') say('28.2.2');
if (args[0] === 'image') say(state.images[last] ?? fail(`Error response from daemon: No such image: ${last}`));
if (args[0] === 'manifest') say(state.registry[last] ? '{ "schemaVersion": 2 }' : fail(`no such manifest: ${last}`));
if (args[0] === 'pull') {
  const id = state.registry[last] ?? fail(`Error response from daemon: manifest unknown: manifest unknown`);
  state.images[last] = id;
  save();
  say(last);
}
if (args[0] === 'inspect') {
  const wanted = args.slice(2);
  state.containers = state.containers.map(started);
  save();
  say(
    JSON.stringify(
      state.containers.filter(({ Id }) => wanted.includes(Id)),
      null,
      4,
    ),
  );
}
if (args[0] === 'compose') await compose();
fail(`docker: unknown command: docker ${args[0]}`);

async function compose() {
  const files = args.filter((arg) => arg.startsWith('--file=')).map((arg) => arg.slice('--file='.length));
  if (files.length === 0) fail('no configuration file provided: not found', 14);
  const absent = files.find((path) => !existsSync(path));
  if (absent !== undefined) fail(`open ${absent}: no such file or directory`, 14);
  const services = {};
  for (const path of files)
    for (const [name, service] of Object.entries((await read(path)).services ?? {}))
      services[name] = { ...services[name], ...service };
  const project = flag('project-name') ?? basename(flag('project-directory'));
  const words = args.slice(1).filter((arg) => !arg.startsWith('--'));
  const named = words.slice(1);
  const unknown = named.find((name) => !(name in services));
  if (unknown !== undefined) fail(`no such service: ${unknown}`);
  if (words[0] === 'config') say(Object.keys(services).join('\n'));
  if (words[0] === 'ps')
    say(
      of(project, named)
        .filter(({ State }) => State.Running)
        .map(({ Id }) => Id)
        .join('\n'),
    );
  if (words[0] === 'up') up(project, services, named);
}

/** The YAML library takes longer to load than all the rest. */
async function read(path) {
  const text = readFileSync(path, 'utf8');
  return text.startsWith('{') ? JSON.parse(text) : (await import('yaml')).parse(text);
}

function up(project, services, named) {
  if (state.failing !== null) fail(state.failing);
  if (state.lazy) process.exit(0);
  for (const name of named) {
    const { image } = services[name];
    const id = state.images[image] ?? fail(`Error response from daemon: No such image: ${image}`);
    const [old] = of(project, [name]);
    if (old?.Config.Image === image && old.State.Running) continue;
    state.containers = state.containers.filter((container) => container !== old);
    save();
    state.containers.push(containerOf(project, name, image, id));
    save();
    process.stderr.write(` Container ${project}-${name}-1  Started\n`);
  }
  process.exit(0);
}

function containerOf(project, service, image, id) {
  const health = state.healthChecks ? { Health: { Status: 'starting' } } : {};
  return {
    Id: createHash('sha256').update(randomBytes(16)).digest('hex'),
    Name: `/${project}-${service}-1`,
    Image: id,
    State: { Status: 'running', Running: true, Restarting: false, ...health },
    Config: { Image: image, Labels: { 'com.docker.compose.project': project, 'com.docker.compose.service': service } },
  };
}

/** The next time that somebody looks it is healthy, or has died. */
function started(container) {
  const { State, Config } = container;
  if (state.dying.includes(Config.Image))
    return { ...container, State: { ...State, Status: 'restarting', Restarting: true } };
  if (State.Health === undefined) return container;
  return { ...container, State: { ...State, Health: { Status: state.unhealthy ? 'unhealthy' : 'healthy' } } };
}

function of(project, named) {
  return state.containers.filter(
    ({ Config: { Labels } }) =>
      Labels['com.docker.compose.project'] === project &&
      (named.length === 0 || named.includes(Labels['com.docker.compose.service'])),
  );
}

function save() {
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(state));
  renameSync(`${file}.${process.pid}`, file);
}

function say(text) {
  process.stdout.write(text === '' ? '' : `${text}\n`);
  process.exit(0);
}

function fail(text, code = 1) {
  process.stderr.write(`${text}\n`);
  process.exit(code);
}
