/**
 * Runs one script of a playbook with zx's globals (`$`, `cd`, `fs`, `argv`, …), as a step's process.
 * The script lies in the run's folder, frozen; packages that it imports are looked for beside the playbook, then here.
 */
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , script = '', ...args] = process.argv;
const file = resolve(script);
process.argv = [process.execPath, file, ...args];

const fallbacks = [pathToFileURL(`${process.env.BACKOUT_FOLDER ?? process.cwd()}/script.mjs`).href, import.meta.url];

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (/^[./]|^file:/.test(specifier)) throw error;
      for (const parentURL of fallbacks) {
        try {
          return next(specifier, { ...context, parentURL });
        } catch {}
      }
      throw error;
    }
  },
});

const { $ } = await import('zx');
await import('zx/globals');
// A pipe as stdin would make bash read the user's rc files; the step's own stdin is /dev/null or what it was given.
$.stdio = ['inherit', 'pipe', 'pipe'];
await import(pathToFileURL(file).href);
