import { rmSync } from 'node:fs';
import { until } from './wait.ts';

/** Removes a folder with all in it, also while somebody who is just ending still writes there. */
export async function removeTree(path: string): Promise<void> {
  await until(`${path} is gone`, () => {
    rmSync(path, { recursive: true, force: true });
    return true;
  });
}
