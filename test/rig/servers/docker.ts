/** A double of docker and its compose plugin: images and containers in a file, which the test reads and writes. */
import { type Double, programDouble } from './doubles/double.ts';

export interface DockerContainer {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly State: { readonly Status: string; readonly Running: boolean; readonly Health?: { readonly Status: string } };
  readonly Config: { readonly Image: string; readonly Labels: { readonly [name: string]: string } };
}

export interface DockerState {
  /** Id by reference: what is here, and what can be pulled. */
  readonly images: { readonly [reference: string]: string };
  readonly registry: { readonly [reference: string]: string };
  readonly containers: readonly DockerContainer[];
  readonly contexts: readonly string[];
  readonly reachable: boolean;
  readonly plugin: boolean;
  /** What `up` says when it fails. */
  readonly failing: string | null;
  /** `up` ends well and does nothing. */
  readonly lazy: boolean;
  readonly healthChecks: boolean;
  readonly unhealthy: boolean;
  /** Images whose containers die at their start. */
  readonly dying: readonly string[];
  readonly calls: readonly (readonly string[])[];
}

const calm: DockerState = {
  images: {},
  registry: {},
  containers: [],
  contexts: ['test'],
  reachable: true,
  plugin: true,
  failing: null,
  lazy: false,
  healthChecks: false,
  unhealthy: false,
  dying: [],
  calls: [],
};

export const dockerDouble = (folder: string): Double<DockerState> => programDouble('docker', folder, calm);

/** `shop@sha256:111…` */
export const pinned = (name: string, digit: string): string => `${name}@sha256:${digit.repeat(64)}`;
/** The id of an image, which is not its digest. */
export const idOf = (digit: string): string => `sha256:${digit.repeat(63)}f`;

export function container(project: string, service: string, image: string, id: string): DockerContainer {
  return {
    Id: `${service}-${id.slice(7)}`,
    Name: `/${project}-${service}-1`,
    Image: id,
    State: { Status: 'running', Running: true },
    Config: { Image: image, Labels: { 'com.docker.compose.project': project, 'com.docker.compose.service': service } },
  };
}
