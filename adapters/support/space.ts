import { statfs } from 'node:fs/promises';

/** Why `bytes` more do not fit where `path` is; undefined when they do. */
export async function tooLittleSpace(path: string, bytes: number): Promise<string | undefined> {
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  return free >= bytes ? undefined : `${path} has ${inWords(free)} free, ${inWords(bytes)} are needed`;
}

/** `1 file`, `300 files`. */
export const fileCount = (files: number): string => (files === 1 ? '1 file' : `${files} files`);

export function inWords(bytes: number): string {
  if (bytes < 1_024) return `${bytes} bytes`;
  if (bytes < 1_048_576) return `${(bytes / 1_024).toFixed(1)} KiB`;
  if (bytes < 1_073_741_824) return `${(bytes / 1_048_576).toFixed(1)} MiB`;
  return `${(bytes / 1_073_741_824).toFixed(1)} GiB`;
}
