// A desktop VS Code for the stories of test/extension: the one that SKIFF_VSCODE names, or one that @vscode/test-electron downloads.
import { existsSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { cache } from './node24.mjs';

/** Path of its program. Throws with what to do when there is none, or no display for it. */
export async function findDesktop(named = process.env.SKIFF_VSCODE) {
  const program = named ? programOf(named) : await download();
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    throw new Error(
      `there is no display for ${program}: run it in a desktop session, or as \`xvfb-run -a npm run test:electron\``,
    );
  return program;
}

/** `code` on PATH is a script in `bin` beside the program. */
function programOf(name) {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  const found = (name.includes('/') ? [name] : onPath).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`SKIFF_VSCODE names ${name}, which is not there`);
  const path = realpathSync(found);
  const beside = join(dirname(path), '..', basename(path));
  return basename(dirname(path)) === 'bin' && existsSync(beside) ? realpathSync(beside) : path;
}

async function download() {
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  try {
    return await downloadAndUnzipVSCode({ version: 'stable', cachePath: join(cache, 'vscode-desktop') });
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(
      `no desktop VS Code: it can't be downloaded here (${cause}). Name one that is installed, such as SKIFF_VSCODE=code or SKIFF_VSCODE=/usr/share/code/code`,
      { cause: error },
    );
  }
}
