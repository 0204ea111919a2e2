/** The part of the Kubernetes API that kubectl needs for our adapters: discovery, get, list, create, patch, delete, scale. */
import { asStored, type Objects, type Resource, resources, type Stored } from './objects.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: Buffer;
}
export interface Answer {
  readonly code: number;
  readonly body: unknown;
}

export interface Rules {
  /** `create configmaps`: forbidden. */
  readonly forbidden: ReadonlySet<string>;
}

export function answer(asked: Asked, objects: Objects, rules: Rules): Answer {
  const found = discovery(asked.path);
  if (found !== undefined) return { code: 200, body: found };
  if (asked.path.endsWith('/selfsubjectaccessreviews')) return review(asked, rules);
  const place = /^\/(?:api|apis\/([^/]+))\/v1\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+)(\/scale)?)?$/.exec(asked.path);
  const resource = resources.find(({ group, plural }) => group === (place?.[1] ?? '') && plural === place?.[3]);
  if (place === null || resource === undefined)
    return status(404, 'NotFound', 'the server could not find the requested resource');
  const at: Place = { resource, namespace: place[2] ?? '', name: place[4] ?? '', scale: place[5] !== undefined };
  const verb = verbOf(asked.method, at);
  if (rules.forbidden.has(`${verb} ${resource.plural}`)) return forbidden(verb, at);
  return act(asked, at, objects);
}

interface Place {
  readonly resource: Resource;
  readonly namespace: string;
  /** Empty: all of them. */
  readonly name: string;
  readonly scale: boolean;
}

function verbOf(method: string, { name }: Place): string {
  if (method === 'GET') return name === '' ? 'list' : 'get';
  return { POST: 'create', PATCH: 'patch', PUT: 'update', DELETE: 'delete' }[method] ?? method;
}

function act(asked: Asked, at: Place, objects: Objects): Answer {
  const { resource, namespace, name } = at;
  if (asked.method === 'POST') return create(asked, at, objects);
  if (name === '') return list(asked, at, objects);
  const stored = objects.get(resource.plural, namespace, name);
  if (stored === undefined)
    return status(404, 'NotFound', `${qualified(resource)} "${name}" not found`, { name, kind: resource.plural });
  if (asked.method === 'GET') return { code: 200, body: at.scale ? scaleOf(stored) : stored };
  if (asked.method === 'DELETE') {
    objects.remove(resource.plural, namespace, name);
    return { code: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } };
  }
  const patched = patch(asked, at.scale ? scaleOf(stored) : stored);
  const next = at.scale ? { ...stored, spec: { ...stored.spec, replicas: patched.spec.replicas } } : patched;
  if (next.metadata.resourceVersion !== stored.metadata.resourceVersion) return conflict(at);
  const put = objects.put(resource.plural, next);
  return { code: 200, body: at.scale ? scaleOf(put) : put };
}

function create(asked: Asked, { resource, namespace }: Place, objects: Objects): Answer {
  const given = asStored(JSON.parse(asked.body.toString('utf8')));
  const { name } = given.metadata;
  if (objects.get(resource.plural, namespace, name) !== undefined)
    return status(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`);
  return { code: 201, body: objects.put(resource.plural, { ...given, metadata: { ...given.metadata, namespace } }) };
}

function list(asked: Asked, { resource, namespace }: Place, objects: Objects): Answer {
  const wanted = (asked.query.get('labelSelector') ?? '').split(',').filter((term) => term !== '');
  const fits = ({ metadata }: Stored) =>
    wanted.every((term) => metadata.labels[term.split('=')[0] ?? ''] === term.split('=').at(-1));
  const { group, version, kind } = resource;
  const items = objects.list(resource.plural, namespace).filter(fits);
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return { code: 200, body: { kind: `${kind}List`, apiVersion, metadata: { resourceVersion: '1' }, items } };
}

/** A merge patch (strategic ones are taken as such), or operations of JSON Patch on members of objects. */
function patch({ contentType, body, method }: Asked, stored: Stored): Stored {
  const given: unknown = JSON.parse(body.toString('utf8'));
  if (method === 'PUT') return asStored(given);
  if (!contentType.includes('json-patch')) return asStored(merged(stored, given));
  const next = structuredClone(stored);
  for (const { op, path, value } of given as { op: string; path: string; value: unknown }[]) {
    const names = path
      .slice(1)
      .split('/')
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = names.pop() ?? '';
    const parent = names.reduce<object>((at, name) => Reflect.get(at, name), next);
    if (op === 'remove') Reflect.deleteProperty(parent, last);
    else Reflect.set(parent, last, value);
  }
  return next;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7386. */
function merged(target: unknown, given: unknown): unknown {
  if (!isObject(given)) return given;
  const next: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(given)) {
    if (value === null) delete next[key];
    else next[key] = merged(next[key], value);
  }
  return next;
}

const scaleOf = ({ metadata, spec, status: now }: Stored): Stored =>
  asStored({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata,
    spec: { replicas: spec.replicas },
    status: { replicas: now?.replicas ?? 0 },
  });

const qualified = ({ plural, group }: Resource): string => (group === '' ? plural : `${plural}.${group}`);

export function status(code: number, reason: string, message: string, details: object = {}): Answer {
  const kind = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
  return { code, body: { ...kind, message, reason, details, code } };
}

function forbidden(verb: string, { resource, namespace, name }: Place): Answer {
  const where = `API group "${resource.group}" in the namespace "${namespace}"`;
  const who = `User "deployer" cannot ${verb} resource "${resource.plural}" in ${where}`;
  return status(403, 'Forbidden', `${qualified(resource)}${name === '' ? '' : ` "${name}"`} is forbidden: ${who}`);
}

function conflict({ resource, name }: Place): Answer {
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  return status(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`);
}

/** kubectl asks in protobuf, in which texts stand as they are; it takes JSON for an answer. */
function review({ body }: Asked, { forbidden: refused }: Rules): Answer {
  const said = new Set(body.toString('latin1').match(/[a-z]{3,}/g));
  const allowed = ![...refused].some((rule) => rule.split(' ').every((word) => said.has(word)));
  const kind = { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec: {} };
  return { code: 201, body: { ...kind, status: { allowed } } };
}

function discovery(path: string): unknown {
  if (path === '/version') return { major: '1', minor: '32', gitVersion: 'v1.32.0' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  const groups = ['apps', 'autoscaling', 'authorization.k8s.io'];
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupOf) };
  const group = /^\/(?:api|apis\/([^/]+))\/v1$/.exec(path);
  if (group === null) return undefined;
  const name = group[1] ?? '';
  return {
    kind: 'APIResourceList',
    groupVersion: name === '' ? 'v1' : `${name}/v1`,
    resources: resources.filter((resource) => resource.group === name).map(listed),
  };
}

function groupOf(name: string) {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
}

const listed = ({ plural, singular, kind, short }: Resource) => ({
  name: plural,
  singularName: singular,
  namespaced: true,
  kind,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update'],
  shortNames: short,
});
