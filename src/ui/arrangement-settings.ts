import { commands, workspace, type Disposable } from 'vscode';
import { groupings, isFiltered, orders, type Arranged, type Arrangement } from '../model/arrangement.ts';

const names = [
  'skiff.containers.groupBy',
  'skiff.containers.groupByLabel',
  'skiff.containers.sortBy',
  'skiff.containers.onlyRunning',
];

/** Keeps the arrangement of containers as the settings say, and tells the `when` clauses what is left out. */
export function followArrangement(arranged: Arranged): Disposable[] {
  const tell = (arrangement: Arrangement): void =>
    void commands.executeCommand('setContext', 'skiff.filtered', isFiltered(arrangement));
  const told = arranged.onChanged(tell);
  arranged.set(readSettings());
  return [
    told,
    workspace.onDidChangeConfiguration((change) => {
      if (names.some((name) => change.affectsConfiguration(name))) arranged.set(readSettings());
    }),
  ];
}

/** A value that the manifest does not offer, typed by hand, is as none. */
function readSettings(): Omit<Arrangement, 'filter'> {
  const settings = workspace.getConfiguration('skiff');
  const groupBy = settings.get<string>('containers.groupBy');
  const sortBy = settings.get<string>('containers.sortBy');
  return {
    groupBy: groupings.find((known) => known === groupBy) ?? 'none',
    label: settings.get<string>('containers.groupByLabel') ?? '',
    sortBy: orders.find((known) => known === sortBy) ?? 'created',
    onlyRunning: settings.get<boolean>('containers.onlyRunning') === true,
  };
}
