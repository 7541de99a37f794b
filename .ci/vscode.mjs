// What starting VS Code takes, for `npm start` and for the tests.
export { codeServerEntry } from './code-server.mjs';

/** Makes the workbench quiet, and the same on every run. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.hover.delay': 3000,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.showReleaseNotes': false,
  'security.workspace.trust.enabled': false,
  'git.enabled': false,
  'terminal.integrated.gpuAcceleration': 'off',
  'terminal.integrated.confirmOnKill': 'never',
  'terminal.integrated.confirmOnExit': 'never',
  'terminal.integrated.stickyScroll.enabled': false,
  'terminal.integrated.suggest.enabled': false,
  'terminal.integrated.initialHint': false,
  '[Log]': { 'editor.wordWrap': 'off' },
};
