/** Wiring: makes the parts and tells them of each other. */
import './translations.ts';
import { join } from 'node:path';
import { commands, window, workspace, type ExtensionContext } from 'vscode';
import { createClient } from '../runtime-helper/client/client.ts';
import type { CommandContext } from './commands/context.ts';
import { registerCommands } from './commands/index.ts';
import { dropOnFolder } from './commands/file-drop.ts';
import { ContainerFiles } from './files/container-files.ts';
import { FolderWatches } from './files/folder-watches.ts';
import { pullMissing } from './commands/run.ts';
import { openShellOf } from './commands/run-again.ts';
import { Mirror } from './helper/mirror.ts';
import { superviseHelper } from './helper/supervise.ts';
import type { Supervisor } from './helper/supervisor.ts';
import { commandLineFolder } from './helper/launch.ts';
import { offerCommandLine, offerSocket } from './helper/terminal-environment.ts';
import { showImages } from './images.ts';
import { showNetworks } from './networks.ts';
import { showVolumes } from './volumes.ts';
import { absentContainers } from './model/absences.ts';
import { Arranged } from './model/arrangement.ts';
import { Containers } from './model/containers.ts';
import { FirstSteps } from './model/first-steps.ts';
import { FileNews } from './model/file-news.ts';
import { EngineStatus } from './model/helper-state.ts';
import { Usages } from './model/usages.ts';
import { followUsage } from './usage.ts';
import { ContainerLogs } from './terminals/container-logs.ts';
import { lastCheckLines, lastLines } from './terminals/last-lines.ts';
import { Streams } from './terminals/streams.ts';
import { offerLinks } from './terminals/terminal-links.ts';
import { offerProfile } from './terminals/terminal-profile.ts';
import { ContainerTasks } from './terminals/task-provider.ts';
import { Terminals } from './terminals/terminals.ts';
import { AbsenceKeys } from './ui/absence-keys.ts';
import { announceProblems } from './ui/announce-problems.ts';
import { announceFailure } from './ui/announce-failure.ts';
import { followArrangement } from './ui/arrangement-settings.ts';
import { Documents } from './ui/documents.ts';
import { RegistryLogins } from './ui/registry-logins.ts';
import { gainPrivilege } from './ui/gain-privilege.ts';
import { askConsent, askPassword } from './ui/privilege-prompts.ts';
import { showRunning } from './ui/status-bar.ts';
import { tickWalkthrough, watched } from './ui/walkthrough.ts';
import { StatsPanels } from './panels/stats-panels.ts';
import { ContainersView } from './views/containers-view.ts';
import { showEngineStatus } from './views/view-state.ts';

let helper: Supervisor | undefined;
let containerTasks: ContainerTasks | undefined;

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Skiff', { log: true });
  const status = new EngineStatus();
  const containers = new Containers();
  const arranged = new Arranged();
  const usages = new Usages();
  const absences = new AbsenceKeys();
  const supervisor = superviseHelper(context.extensionPath, log, status, {
    password: askPassword,
    consent: askConsent,
  });
  helper = supervisor;
  const firstSteps = new FirstSteps();
  const client = createClient(watched(supervisor, firstSteps));
  const mirror = new Mirror(client, containers, status);
  const streams = new Streams(client);
  const terminals = new Terminals(client, streams, context.workspaceState);
  const documents = new Documents();
  const view = new ContainersView(containers, arranged, usages, {
    listed: async () => status.helper.status === 'unsupported' || mirror.known(),
    processes: async (id) => (await client.topContainer({ id })).processes,
    files: async (id, folder) => (await client.fileList({ id, path: folder })).files,
    changes: async (id) => (await client.containerChanges({ id })).changes,
  });

  const warn = (error: unknown): void => log.warn(String(error));
  /** Failures of this kind are shown by the view's message; the log has their causes. */
  const inBackground = (work: Promise<unknown>): void => {
    work.catch(warn);
  };
  const logs = new ContainerLogs(client, streams, containers, warn);
  const stats = new StatsPanels({
    extensionUri: context.extensionUri,
    client,
    streams,
    containers,
    listed: () => mirror.listed(),
    failed: warn,
  });
  const showContainers = (): void => {
    if (status.helper.status !== 'unsupported') inBackground(mirror.listed());
  };

  const news = new FileNews();
  const folders = new FolderWatches(client, news, warn);
  const commandContext: CommandContext = {
    client,
    containers,
    arranged,
    status,
    terminals,
    logs,
    documents,
    stats,
    logins: new RegistryLogins(context.secrets),
    files: news,
    refreshRow: (node) => inBackground(view.refresh(node)),
    selectedRows: () => view.selection,
    log,
    memory: context.workspaceState,
    commandLine: join(commandLineFolder(context.extensionPath), 'skiff'),
    restartHelper: () => supervisor.restart(),
    retryPrivilege: () => gainPrivilege(status, () => mirror.retryPrivilege(), log),
    refreshPrivilege: () => mirror.refreshPrivilege(),
    containersListed: () => mirror.listed(),
  };
  const tasks = new ContainerTasks({
    client,
    streams,
    pull: (reference) => pullMissing(commandContext, reference),
    folder: () => workspace.workspaceFolders?.[0],
  });
  containerTasks = tasks;
  const usage = followUsage({ client, streams, usages, view }, warn);
  const volumes = showVolumes(client, containers, absences, inBackground);
  const images = showImages(client, containers, commandContext, absences, inBackground);
  const networks = showNetworks(client, absences, inBackground);

  offerCommandLine(context.environmentVariableCollection, context.extensionPath);
  context.subscriptions.push(
    log,
    logs,
    documents,
    new ContainerFiles(client, news, folders),
    news.onTold((events) => inBackground(view.showFileEvents(events))),
    stats,
    view,
    view.onShown(showContainers),
    view.onFoldersOpened((id) => folders.want(id, 'view', view.openFolders(id))),
    view.onDropped((drop) => inBackground(dropOnFolder(commandContext, drop))),
    ...followArrangement(arranged),
    ...images.parts,
    ...networks.parts,
    ...volumes.parts,
    ...usage.parts,
    terminals,
    tasks,
    offerLinks(client, containers, terminals, warn),
    offerProfile({ containers, terminals, listed: () => mirror.listed(), failed: warn }),
    terminals.onDetached((id) => {
      if (containers.get(id)?.state.status === 'running') firstSteps.made('detach');
    }),
    ...tickWalkthrough(firstSteps, containers),
    showEngineStatus(status, containers, view),
    ...showRunning(containers),
    containers.onChanged(() => absences.tell(absentContainers(containers.all))),
    announceProblems(containers, {
      lastLines: ({ kind, container: { id } }) =>
        kind === 'unhealthy' ? lastCheckLines(client, id) : lastLines(client, streams, id, 6),
      restart: ({ id }) => void commands.executeCommand('skiff.restart', { kind: 'container', id }),
      showLogs: (container) => inBackground(logs.show(container)),
      openShell: (container) => inBackground(openShellOf(commandContext, container)),
      showContainers: () => void commands.executeCommand('skiff.containers.focus'),
    }),
    announceFailure(status, () => supervisor.restart(), log),
    supervisor.onReady((hello) => {
      offerSocket(context.environmentVariableCollection, hello.cliSocket);
      showContainers();
      terminals.helperReturned();
      stats.helperReturned();
      tasks.helperReturned();
      images.helperReturned();
      networks.helperReturned();
      volumes.helperReturned();
      usage.helperReturned();
      folders.helperReturned();
    }),
    supervisor.onDown(() => {
      mirror.helperEnded();
      absences.forget();
      terminals.helperEnded();
    }),
    workspace.onDidChangeConfiguration((change) => {
      // Another store: nothing of the one before may stay on show. The helper is told of them when it starts.
      if (['skiff.root', 'skiff.runRoot', 'skiff.runtime'].some((name) => change.affectsConfiguration(name)))
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
  await containerTasks?.endAll();
  await helper?.dispose();
}
