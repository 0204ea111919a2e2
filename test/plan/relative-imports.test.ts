import { expect, test } from '@jest/globals';
import { relativeImports } from '../../src/plan/relative-imports.ts';

test('relative imports in all their forms, each once', () => {
  const source = `
    import a from './a.mjs';
    import { b, c } from "../support/b.mjs"
    import './side-effect.mjs';
    export * from './c.mjs';
    const d = await import('./d.mjs');
    const e = require( './e.cjs' );
    const f = await import(\`./f.mjs\`);
    import again from './a.mjs';
    import zx from 'zx';
    // import no from './comment.mjs';
    /* import no from './block.mjs'; */
    const computed = await import('./' + name);
    const url = 'https://example.com/x'; import g from './g.mjs';
  `;
  expect(relativeImports(source)).toEqual([
    './a.mjs',
    '../support/b.mjs',
    './side-effect.mjs',
    './c.mjs',
    './d.mjs',
    './e.cjs',
    './f.mjs',
    './g.mjs',
  ]);
});

test('nothing in a script without imports', () => {
  expect(relativeImports('await $`tar -xf ./backup.tar`')).toEqual([]);
});
