// What starting VS Code takes, for `npm start` and for the tests.
import { join } from 'node:path';
import { codeServerEntry } from './code-server.mjs';

/** Makes the workbench quiet, and the same on every run. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'security.workspace.trust.enabled': false,
  'git.enabled': false,
  'terminal.integrated.stickyScroll.enabled': false,
  'terminal.integrated.suggest.enabled': false,
  'terminal.integrated.initialHint': false,
};

/** Where the VS Code server keeps its parts below `folder`: `server`, `user` and `extensions`. */
export const serverArguments = (folder) => [
  codeServerEntry,
  '--accept-server-license-terms',
  '--telemetry-level=off',
  '--disable-workspace-trust',
  '--force-disable-user-env',
  `--server-data-dir=${join(folder, 'server')}`,
  `--user-data-dir=${join(folder, 'user')}`,
  `--extensions-dir=${join(folder, 'extensions')}`,
];

/** An environment without what a terminal of another VS Code sets, which would point at that one, or code-server would heed. */
export function cleanEnvironment(environment = process.env) {
  const foreign =
    /^(VSCODE_|CODE_SERVER_|ELECTRON_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|PORT$|PASSWORD$|SKIFF_(SOCKET|NODE)$)/;
  const kept = Object.entries(environment).filter(([name]) => !foreign.test(name));
  // No gallery: nothing is looked up on the network.
  return { ...Object.fromEntries(kept), EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
}

/** The port, once the server's output says that it listens. */
export const listeningPort = (output) => /Extension host agent listening on (\d+)/.exec(output)?.[1];
