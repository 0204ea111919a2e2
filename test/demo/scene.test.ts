/** A scene that cannot be stood up leaves nothing running. Planted: `Promise.all` in the place of `together`. */
import { expect, test } from '@jest/globals';
import { openScene, together } from '../../demo/scenes/scene.ts';

test('what was still starting when another part failed is closed too', async () => {
  let start: () => void = () => undefined;
  const closed: string[] = [];
  const opening = openScene(
    {
      title: 'A scene',
      programs: [],
      open: async (_, closers) => {
        const slow = new Promise<void>((resolve) => {
          start = resolve;
        }).then(() => closers.add(() => closed.push('slow')));
        await together([slow, Promise.reject(new Error('no port is free'))]);
        throw new Error('unreachable');
      },
    },
    '/nowhere',
  );
  setImmediate(start);
  await expect(opening).rejects.toThrow('no port is free');
  expect(closed).toEqual(['slow']);
});
