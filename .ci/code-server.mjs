// A real VS Code from the npm registry: code-server's workbench and extension host, in .cache/code-server.
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, must, mustOnline, root } from './node24.mjs';

const version = '4.139.1';
const folder = join(cache, 'code-server');
const vscode = join(folder, 'node_modules/code-server/lib/vscode');

/** The VS Code server's entry. Plainer than code-server's own front, which gives up on a child that takes 10 s to start. */
export const codeServerEntry = join(vscode, 'out/server-main.js');

/** Raised when the steps below change, so that an older tree is made anew. */
const stamp = join(folder, `.complete-${version}-${process.arch}-1`);

export const hasCodeServer = () => existsSync(stamp);

/** Installs code-server once. Takes about a minute of CPU and 700 MB. */
export function installCodeServer() {
  if (hasCodeServer()) return;
  console.log(`setup: code-server ${version} from npm (a real VS Code, once, about a minute)`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');

  // code-server's install script would build Kerberos, SQLite and more that is not used here, so scripts stay off and only
  // the two native modules that the server loads are built: without spdlog there are no log files, and output channels stay empty.
  const node = join(root, `node_modules/node-linux-${process.arch}`);
  const env = {
    ...process.env,
    PATH: `${join(node, 'bin')}:${process.env.PATH}`,
    npm_config_nodedir: node, // headers come with the package; node-gyp would look for them online
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_loglevel: 'error',
    npm_config_update_notifier: 'false',
  };
  mustOnline('npm', ['install', '--no-save', '--ignore-scripts', `code-server@${version}`], { cwd: folder, env });
  mustOnline('npm', ['install', '--omit=dev', '--ignore-scripts'], { cwd: vscode, env });
  must('npm', ['rebuild', '@vscode/spdlog', '@vscode/native-watchdog'], { cwd: vscode, env });
  for (const [link, target] of [
    ['remote-cli/code-server', 'code-server-linux.sh'],
    ['helpers/browser.sh', 'browser-linux.sh'],
  ]) {
    if (!existsSync(join(vscode, 'bin', link))) symlinkSync(target, join(vscode, 'bin', link));
  }
  writeFileSync(`${stamp}.new`, '');
  renameSync(`${stamp}.new`, stamp);
}
