import { temporaryPath } from '../../runtime-helper/lib/temporary-file.ts';

/** What a process called its own that had our pid before us, and has ended. */
export const temporaryPathOfTheDead = (path: string): string =>
  temporaryPath(path).replace(/\.\d+-\d+(-[0-9a-f]{12}\.tmp)$/, `.${process.pid}-1$1`);
