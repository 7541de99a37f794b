import { getSystemErrorMap } from 'node:util';
import type { Spawner } from './spawner.ts';

/** What the native program tries, by name; the value is the errno's name and text of a try that failed. */
export type ProbeResults = ReadonlyMap<string, string | undefined>;

/** Has the native program try all that containers need of this machine's kernel. */
export async function probe(spawner: Spawner): Promise<ProbeResults> {
  const words = await spawner.request(['probe']);
  const results = new Map<string, string | undefined>();
  for (let at = 0; at + 1 < words.length; at += 2) {
    const errno = Number(words[at + 1]);
    const [name, text] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'unknown'];
    results.set(words[at] ?? '', errno === 0 ? undefined : `${text} (${name})`);
  }
  return results;
}
