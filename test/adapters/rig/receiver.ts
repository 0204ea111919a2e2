/** A service that is stood in for: it answers as documented, unless the test speaks first or loses the answer. */
import { type Answer, type Heard, type WebServer, webServer } from './servers.ts';

/** `then …`: the service does what it was asked, and its answer never arrives. Undefined: it does as documented. */
export type Before = (heard: Heard, n: number) => ReturnType<Answer> | 'then cut' | 'then silence' | undefined;

export const asDocumented: Before = () => undefined;

export function receiver(before: Before, answer: (heard: Heard) => ReturnType<Answer>): Promise<WebServer> {
  return webServer((heard, n) => {
    const first = before(heard, n);
    if (first !== undefined && first !== 'then cut' && first !== 'then silence') return first;
    const answered = answer(heard);
    return first === 'then cut' ? 'cut' : first === 'then silence' ? 'silence' : answered;
  });
}
