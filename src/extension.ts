/** Wiring: makes the parts and tells them of each other. */
import { join } from 'node:path';
import { commands, window, workspace, type ExtensionContext } from 'vscode';
import { createClient } from '../runtime-helper/client/client.ts';
import type { CommandContext } from './commands/context.ts';
import { registerCommands } from './commands/index.ts';
import { Mirror } from './helper/mirror.ts';
import { superviseHelper } from './helper/supervise.ts';
import type { Supervisor } from './helper/supervisor.ts';
import { commandLineFolder } from './helper/launch.ts';
import { offerCommandLine, offerSocket } from './helper/terminal-environment.ts';
import { showImages } from './images.ts';
import { showNetworks } from './networks.ts';
import { showVolumes } from './volumes.ts';
import { Arranged } from './model/arrangement.ts';
import { Containers } from './model/containers.ts';
import { EngineStatus } from './model/helper-state.ts';
import { ContainerLogs } from './terminals/container-logs.ts';
import { lastLines } from './terminals/last-lines.ts';
import { Streams } from './terminals/streams.ts';
import { offerLinks } from './terminals/terminal-links.ts';
import { offerProfile } from './terminals/terminal-profile.ts';
import { Terminals } from './terminals/terminals.ts';
import { announceProblems } from './ui/announce-problems.ts';
import { announceFailure } from './ui/announce-failure.ts';
import { followArrangement } from './ui/arrangement-settings.ts';
import { Documents } from './ui/documents.ts';
import { RegistryLogins } from './ui/registry-logins.ts';
import { gainPrivilege } from './ui/gain-privilege.ts';
import { askConsent, askPassword } from './ui/privilege-prompts.ts';
import { showRunning } from './ui/status-bar.ts';
import { ContainersView } from './views/containers-view.ts';
import { showEngineStatus } from './views/view-state.ts';

let helper: Supervisor | undefined;

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Skiff', { log: true });
  const status = new EngineStatus();
  const containers = new Containers();
  const arranged = new Arranged();
  const supervisor = superviseHelper(context.extensionPath, log, status, {
    password: askPassword,
    consent: askConsent,
  });
  helper = supervisor;
  const client = createClient(supervisor);
  const mirror = new Mirror(client, containers, status);
  const streams = new Streams(client);
  const terminals = new Terminals(client, streams, context.workspaceState);
  const documents = new Documents();
  const view = new ContainersView(containers, arranged, async (id) => (await client.topContainer({ id })).processes);

  const warn = (error: unknown): void => log.warn(String(error));
  /** Failures of this kind are shown by the view's message; the log has their causes. */
  const inBackground = (work: Promise<unknown>): void => {
    work.catch(warn);
  };
  const logs = new ContainerLogs(client, streams, containers, warn);
  const showContainers = (): void => {
    if (status.helper.status !== 'unsupported') inBackground(mirror.listed());
  };

  const commandContext: CommandContext = {
    client,
    containers,
    arranged,
    status,
    terminals,
    logs,
    documents,
    logins: new RegistryLogins(context.secrets),
    log,
    memory: context.workspaceState,
    commandLine: join(commandLineFolder(context.extensionPath), 'skiff'),
    restartHelper: () => supervisor.restart(),
    retryPrivilege: () => gainPrivilege(status, () => mirror.retryPrivilege(), log),
    refreshPrivilege: () => mirror.refreshPrivilege(),
    containersListed: () => mirror.listed(),
  };
  const volumes = showVolumes(client, containers, inBackground);
  const images = showImages(client, containers, commandContext, inBackground);
  const networks = showNetworks(client, inBackground);

  offerCommandLine(context.environmentVariableCollection, context.extensionPath);
  context.subscriptions.push(
    log,
    logs,
    documents,
    view,
    view.onShown(showContainers),
    ...followArrangement(arranged),
    ...images.parts,
    ...networks.parts,
    ...volumes.parts,
    terminals,
    offerLinks(containers, terminals),
    offerProfile({ containers, terminals, listed: () => mirror.listed(), failed: warn }),
    showEngineStatus(status, containers, view),
    ...showRunning(containers),
    announceProblems(containers, {
      lastLine: async ({ id }) => (await lastLines(client, streams, id, 3)).at(-1) ?? '',
      showLogs: (container) => inBackground(logs.show(container)),
      start: ({ id }) => void commands.executeCommand('skiff.start', { kind: 'container', id }),
      showContainers: () => void commands.executeCommand('skiff.containers.focus'),
    }),
    announceFailure(status, () => supervisor.restart(), log),
    supervisor.onReady((hello) => {
      offerSocket(context.environmentVariableCollection, hello.cliSocket);
      showContainers();
      terminals.helperReturned();
      images.helperReturned();
      networks.helperReturned();
      volumes.helperReturned();
    }),
    supervisor.onDown(() => {
      mirror.helperEnded();
      terminals.helperEnded();
    }),
    workspace.onDidChangeConfiguration((change) => {
      // Another store: nothing of the one before may stay on show.
      if (change.affectsConfiguration('skiff.root') || change.affectsConfiguration('skiff.runRoot'))
        inBackground(supervisor.restart());
    }),
    ...registerCommands(commandContext),
  );
  if (view.visible) showContainers();
  inBackground(documents.closeForgotten());
  inBackground(
    terminals.restore(
      () => mirror.listed(),
      (id) => containers.get(id),
      warn,
    ),
  );
}

/** VS Code waits for this before it ends the extension host. Containers go on. */
export async function deactivate(): Promise<void> {
  await helper?.dispose();
}
