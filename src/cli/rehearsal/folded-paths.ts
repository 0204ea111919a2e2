/** Text in which every path stands as what it leads to: of two spellings of one place one is left. */
import { isAbsolute, resolve } from 'node:path';
import { realPath } from './on-disk.ts';

const word = /[^\s'"`=:;,|&<>()[\]{}]+/gu;
const longestPath = 4096;

/** Every word is taken for a path from `folder` on: what is none is changed in the same way on both sides. */
export const foldedWords = (text: string, folder: string): string =>
  text.replace(word, (path) => (path.length > longestPath ? path : realPath(resolve(folder, path))));

/** Only what is a path by itself: what a name without a folder means depends on who reads it. */
export const foldedPaths = (text: string): string =>
  text.replace(word, (path) => (isAbsolute(path) ? foldedWords(path, '/') : path));
