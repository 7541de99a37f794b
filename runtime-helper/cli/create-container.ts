import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Container } from '../engine/index.ts';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import type { Call } from './command.ts';
import { createOptions } from './container-options.ts';

/** Creates the container that a command line of `run` or `create` describes, and writes its id where that was asked for. */
export async function createContainer(call: Call, how: { detached: boolean }): Promise<Container> {
  const { engine, operation, options, terminal } = call;
  const what = createOptions(call, how);
  const path = options.text('cidfile');
  const idFile = path === undefined ? undefined : openIdFile(resolve(terminal.cwd, path));
  try {
    const container = await engine.createContainer(what, operation);
    idFile?.write(container.id);
    return container;
  } catch (error) {
    idFile?.remove();
    throw isMissingImage(error, what.image) ? notFoundLocally(call, what.image) : error;
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
    throw new SkiffError('already-exists', `${reason} ${path}`, { cause, exitCode: 125 });
  }
  return {
    write: (id) => void writeSync(file, id),
    remove: () => rmSync(path, { force: true }),
    close: () => closeSync(file),
  };
}

function isMissingImage(error: unknown, image: string): boolean {
  return error instanceof SkiffError && error.code === 'not-found' && image !== '';
}

/** Docker says this, and goes on to pull. */
function notFoundLocally({ terminal }: Call, image: string): SkiffError {
  const hasTag = /:[^/]*$|@/.test(image);
  terminal.stderr(`Unable to find image '${image}${hasTag ? '' : ':latest'}' locally\n`);
  return new SkiffError('not-implemented', 'pulling images is not built yet', {
    hint: 'Bring one in with `skiff load` or `skiff import`, or use @host.',
    exitCode: 125,
  });
}
