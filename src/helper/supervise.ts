import { workspace, type LogOutputChannel } from 'vscode';
import { RequestError } from '../../runtime-helper/client/request-error.ts';
import {
  privilegeConsent,
  privilegePassword,
  protocolVersion,
  type InitializationOptions,
} from '../../runtime-helper/protocol/index.ts';
import type { EngineStatus } from '../model/helper-state.ts';
import { launchHelper } from './launch.ts';
import type { Life } from './life.ts';
import { Supervisor, type Handlers } from './supervisor.ts';
import { t } from '../model/l10n.ts';

/** How a person answers what the helper asks. */
export type Answers = {
  password: (question: { prompt: string; attempt: number }) => Promise<{ password?: string }>;
  consent: (question: { path: string; sha256: string }) => Promise<{ granted: boolean }>;
};

/** The supervisor of this window's helper. Nothing is started before something needs it. */
export function superviseHelper(
  extensionPath: string,
  log: LogOutputChannel,
  status: EngineStatus,
  answers: Answers,
): Supervisor {
  const begin = async (handlers: Handlers): Promise<Life> => {
    if (!isSupported(process.platform)) throw unsupported();
    // The language client is most of our code: windows that never use containers don't load it.
    const { beginLife } = await import('./life.ts');
    return beginLife({
      ...handlers,
      launch: () => launchHelper(extensionPath),
      initializationOptions: initializationOptions(),
      log,
    });
  };
  // The helper is our own program, built with the same protocol: its questions have the shapes that the protocol says.
  const requests = new Map<string, (params: unknown) => Promise<unknown>>([
    [privilegePassword.method, (params) => answers.password(params as Parameters<Answers['password']>[0])],
    [privilegeConsent.method, (params) => answers.consent(params as Parameters<Answers['consent']>[0])],
  ]);
  if (!isSupported(process.platform)) status.setHelper({ status: 'unsupported', platform: process.platform });
  return new Supervisor({
    begin,
    requests,
    log,
    setState: (state) => isSupported(process.platform) && status.setHelper(state),
  });
}

function isSupported(platform: NodeJS.Platform): boolean {
  return platform === 'linux';
}

function unsupported(): RequestError {
  return new RequestError('failed-precondition', t('containers need Linux'), {
    hint: {
      message: '{0}',
      values: [t('Open your folder in WSL, over SSH, through a tunnel or in a dev container, and install Skiff there')],
    },
  });
}

/** The settings name the store, else the environment that VS Code was started in, as on the command line. */
function initializationOptions(): InitializationOptions {
  const settings = workspace.getConfiguration('skiff');
  const root = settings.get<string>('root') || process.env['SKIFF_ROOT'];
  const runRoot = settings.get<string>('runRoot') || process.env['SKIFF_RUNROOT'];
  const runtime = settings.get<string>('runtime') ?? '';
  const places = { ...(root ? { root } : {}), ...(runRoot ? { runRoot } : {}) };
  return { protocolVersion, ...places, runtime, ...proxySettings() };
}

/** A child process is told nothing of them. */
function proxySettings(): Pick<InitializationOptions, 'proxy' | 'noProxy' | 'proxyStrictSSL'> {
  const settings = workspace.getConfiguration('http');
  const proxy = settings.get<string>('proxy');
  const noProxy = settings.get<string[]>('noProxy') ?? [];
  // Also for a proxy that only the environment names.
  const strictness = { proxyStrictSSL: settings.get<boolean>('proxyStrictSSL') ?? true };
  return settings.get<string>('proxySupport') === 'off' || !proxy ? strictness : { proxy, noProxy, ...strictness };
}
