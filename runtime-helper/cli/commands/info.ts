import type { Command } from '../command.ts';
import type { Info, PrivilegeState } from '../../engine/index.ts';
import { formatValue } from '../format.ts';
import { cleanText } from '../text.ts';
import { version } from '../version.ts';

export const info: Command = {
  name: 'info',
  usage: '[OPTIONS]',
  summary: 'Display system-wide information',
  options: { format: { type: 'text', short: 'f', help: "Format output: 'json' or a Go template" } },
  args: { least: 0, most: 0 },
  run: async ({ engine, options, terminal }) => {
    const facts = engine.info();
    const format = options.text('format');
    terminal.stdout(format === undefined ? describe(facts) : `${formatValue(documentOf(facts), format)}\n`);
    return 0;
  },
};

function describe(facts: Info): string {
  const { containers, running, paused, images, root, runRoot, storeId, kernel, architecture, privilege } = facts;
  const rows = [
    ['Containers', containers],
    [' Running', running],
    [' Paused', paused],
    [' Stopped', containers - running - paused],
    ['Images', images],
    ['Skiff Version', version],
    ['Kernel Version', kernel],
    ['Architecture', architecture],
    ['Store', storeId],
    ['Root Dir', root],
    ['Run Dir', runRoot],
    ['Privileges', describePrivilege(privilege)],
  ];
  return rows.map(([name, value]) => `${name}: ${cleanText(String(value))}\n`).join('');
}

function describePrivilege(privilege: PrivilegeState): string {
  switch (privilege.status) {
    case 'unused':
      return 'not needed so far';
    case 'granted':
      return privilege.through === 'direct' ? 'root' : `through ${privilege.through}`;
    case 'refused':
      return `refused: ${privilege.reason}`;
  }
}

/** Docker's names where it has one. */
function documentOf({
  containers,
  running,
  paused,
  images,
  kernel,
  architecture,
  storeId,
  root,
  runRoot,
  privilege,
}: Info): object {
  return {
    ID: storeId,
    Containers: containers,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: containers - running - paused,
    Images: images,
    ServerVersion: version,
    KernelVersion: kernel,
    OSType: 'linux',
    Architecture: architecture,
    SkiffRootDir: root,
    SkiffRunDir: runRoot,
    Privilege: privilege,
  };
}
