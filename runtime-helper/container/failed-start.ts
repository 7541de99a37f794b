import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../lib/atomic-file.ts';
import type { SkiffError } from '../lib/errors.ts';
import { readFileIfThere } from '../lib/parsed-files.ts';

/** Why a container's PID 1 could not be started when that was tried last, for who looks at it later. */
export type FailedStart = { exitCode: number; error: string };

const name = 'failed-start.json';

/** Docker's exit codes of such a container: 127 and 126 are the command's fault, 128 is all else. */
export function noteFailedStart(folder: string, { exitCode, message }: SkiffError): void {
  // One that removes itself may be gone.
  if (!existsSync(folder)) return;
  const failed: FailedStart = { exitCode: exitCode === 127 || exitCode === 126 ? exitCode : 128, error: message };
  writeAtomic(join(folder, name), JSON.stringify(failed), { durable: false });
}

/** Absent: no start has failed. */
export function readFailedStart(folder: string): FailedStart | undefined {
  const text = readFileIfThere(join(folder, name));
  return text === undefined ? undefined : (JSON.parse(text) as FailedStart);
}
