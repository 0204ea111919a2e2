/** The one function that is loaded late: asking zod itself for it (`import('zod/…')`) would bundle all of zod. */
export { safeParse } from 'zod/v4/core';
