/** An engine to be killed: runs the step given as JSON and does nothing else. */
import { createStepProcesses } from '../../../src/runtime/process/step-processes.ts';

const [, , spec] = process.argv;
await createStepProcesses().run(JSON.parse(spec ?? ''));
