// The same steps as listr2 tasks that call execa. usage: node listr2.mjs STEPS COMMAND WIDE
import { execa } from 'execa';
import { Listr } from 'listr2';

const [steps, command, wide] = process.argv.slice(2);
const tasks = Array.from({ length: Number(steps) }, (_, index) => ({
  title: `step ${index + 1}`,
  task: () => execa('sh', ['-c', command], { timeout: 30_000, stdin: 'ignore' }),
}));
await new Listr(tasks, { concurrent: Number(wide) > 1 ? Number(wide) : false, renderer: 'simple' }).run();
