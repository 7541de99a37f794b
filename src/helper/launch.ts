import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** Where the parts of the built extension are. */
export function helperScript(extensionPath: string): string {
  return join(extensionPath, 'dist', 'helper.js');
}

export function commandLineFolder(extensionPath: string): string {
  return join(extensionPath, 'dist', 'bin');
}

/** The Node that runs us: Electron on the desktop, the server's own Node in a remote window. */
export function nodePath(): string {
  return process.execPath;
}

/** Starts the helper. Rejects when the program can't be executed at all. */
export function launchHelper(extensionPath: string): Promise<ChildProcess> {
  const child = spawn(nodePath(), [helperScript(extensionPath)], {
    env: helperEnvironment(process.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    // Not a folder of the workspace: the helper would keep it busy, and must not find configuration there.
    cwd: extensionPath,
  });
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child));
    child.once('error', reject);
  });
}

/** What VS Code sets for its own processes would make the helper debug, or load, what is meant for the extension host. */
function helperEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const clean = { ...environment };
  for (const name of Object.keys(clean)) if (/^(VSCODE_|NODE_OPTIONS$|NODE_CHANNEL_FD$)/.test(name)) delete clean[name];
  // Electron is Node only when asked to be.
  return { ...clean, ELECTRON_RUN_AS_NODE: '1' };
}
