/** The bytes of a dump file, unpacked; gzip and zstd are known by how they begin, not by the name. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

const big = { highWaterMark: 1_048_576 };

export async function openDump(file: string, signal?: AbortSignal): Promise<Readable> {
  const head = await beginningOf(file);
  const raw = createReadStream(file, { ...big, ...(signal === undefined ? {} : { signal }) });
  const unpacker =
    head.readUInt16BE(0) === 0x1f8b
      ? createGunzip({ chunkSize: big.highWaterMark })
      : head.readUInt32BE(0) === 0x28b52ffd
        ? createZstdDecompress({ chunkSize: big.highWaterMark })
        : undefined;
  if (unpacker === undefined) return raw;
  raw.once('error', (error) => unpacker.destroy(error));
  unpacker.once('close', () => raw.destroy());
  return raw.pipe(unpacker);
}

async function beginningOf(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    return (await handle.read(Buffer.alloc(4), 0, 4, 0)).buffer;
  } finally {
    await handle.close();
  }
}
