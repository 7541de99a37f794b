import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { isMissingImage, type Container, type CreateOptions } from '../engine/index.ts';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import type { Call } from './command.ts';
import { createOptions } from './container-options.ts';
import { ProgressLines } from './progress.ts';
import { describePull, registryAccess } from './registry-options.ts';
import { cleanText } from './text.ts';

/** Creates the container that a command line of `run` or `create` describes, and writes its id where that was asked for. */
export async function createContainer(call: Call, how: { detached: boolean }): Promise<Container> {
  const { options, terminal } = call;
  const what = await createOptions(call, how);
  const path = options.text('cidfile');
  const idFile = path === undefined ? undefined : openIdFile(resolve(terminal.cwd, path));
  try {
    if (options.text('pull') === 'always' && what.image !== '@host') await pullImage(call, what.image);
    const container = await createOrPull(call, what);
    idFile?.write(container.id);
    return container;
  } catch (error) {
    idFile?.remove();
    throw error;
  } finally {
    idFile?.close();
  }
}

type IdFile = { write: (id: string) => void; remove: () => void; close: () => void };

/** Opened before there is a container: one whose id can't be told should not be. */
function openIdFile(path: string): IdFile {
  let file: number;
  try {
    file = openSync(path, 'wx');
  } catch (cause) {
    const reason =
      errnoOf(cause) === 'EEXIST'
        ? "container ID file found, make sure the other container isn't running or delete"
        : 'failed to create the container ID file';
    throw new SkiffError('already-exists', `${reason} ${path}`, { cause });
  }
  return {
    write: (id) => void writeSync(file, id),
    remove: () => rmSync(path, { force: true }),
    close: () => closeSync(file),
  };
}

/** What is missing is pulled, as Docker does it. */
async function createOrPull(call: Call, what: CreateOptions): Promise<Container> {
  const { engine, operation, options, terminal } = call;
  try {
    return await engine.createContainer(what, operation);
  } catch (error) {
    if (!isMissingImage(error) || options.text('pull') === 'never') throw error;
    const name = (error as SkiffError).message;
    terminal.stderr(`${cleanText(name)}\n`);
    await pullImage(call, what.image);
    return engine.createContainer(what, operation);
  }
}

/** On stderr: stdout is the container's. */
async function pullImage({ engine, operation, options, terminal }: Call, image: string): Promise<void> {
  const platform = options.text('platform');
  const access = registryAccess(terminal, options.list('insecure-registry'));
  const how = { access, ...(platform === undefined ? {} : { platform }) };
  if (options.flag('quiet')) {
    await engine.pullImage(image, how, operation);
    return;
  }
  const lines = new ProgressLines(terminal.stderr, { tty: terminal.stderrTty, columns: terminal.columns });
  const pulled = await engine.pullImage(image, how, { ...operation, report: (progress) => lines.show(progress) });
  terminal.stderr(describePull(pulled));
}
