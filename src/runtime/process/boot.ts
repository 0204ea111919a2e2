/** What makes a pid mean the same thing: the boot, and the pid namespace (a container has its own). */
import { readFileSync, readlinkSync } from 'node:fs';

let boot: string | undefined;
let namespace: string | undefined;

/** The kernel's id of this boot. */
export function thisBoot(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return boot;
}

/** E.g. `pid:[4026531836]`; empty where the kernel does not say. */
export function thisNamespace(): string {
  if (namespace === undefined) {
    try {
      namespace = readlinkSync('/proc/self/ns/pid');
    } catch {
      namespace = '';
    }
  }
  return namespace;
}
