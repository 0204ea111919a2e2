/** Read-only: are the programs there that an adapter calls? */

/** Why something cannot be done, and what to do about it. */
export interface Obstacle {
  readonly reason: string;
  readonly remedy: string;
}

const packageOf: Readonly<Record<string, string>> = { sync: 'coreutils', cp: 'coreutils', ssh: 'openssh-client' };

export async function missingPrograms(
  programs: readonly string[],
  env?: { readonly [name: string]: string },
): Promise<Obstacle | null> {
  const { execa } = await import('execa');
  for (const program of programs) {
    const flag = program === 'ssh' ? '-V' : '--version';
    const { failed, stdout } = await execa(program, [flag], { reject: false, stdin: 'ignore', ...(env && { env }) });
    if (failed)
      return {
        reason: `The program ${program} is missing`,
        remedy: `Install it: apt-get install ${packageOf[program] ?? program}`,
      };
    if (program === 'tar' && !stdout.includes('GNU tar'))
      return { reason: 'The tar here is not GNU tar', remedy: 'Install GNU tar.' };
  }
  return null;
}
