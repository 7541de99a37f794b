import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/paths.ts';
import { importsOf, sources, type Import } from '../support/sources.ts';

const files = sources(/^(src|runtime-helper)\/.*\.ts$/);
const imports = files.flatMap(importsOf);
const rooms = readRooms(readFileSync(join(repository, 'ARCHITECTURE.md'), 'utf8'));

/** A row of the table: which rooms it speaks of, and what they may import; `types` only as types. */
type Rule = { may: Set<string>; types: Set<string> };

test('the table of rooms names every folder that has sources', () => {
  const folders = new Set(files.map(({ path }) => roomOf(path)).filter((room) => room !== 'src'));
  assert.deepEqual(
    [...folders].filter((room) => !rooms.has(room)),
    [],
  );
  assert.ok(files.length > 50, `only ${files.length} sources were found`);
});

test('rooms import only what the table allows', () => {
  const forbidden = imports
    .filter(isOurs)
    .filter(({ from, to, typeOnly }) => !mayImport(roomOf(from), roomOf(to), typeOnly));
  assert.deepEqual(forbidden.map(arrow), []);
});

test('every file that is imported is there', () => {
  const paths = new Set(files.map(({ path }) => path));
  assert.deepEqual(
    imports
      .filter(isOurs)
      .filter(({ to }) => !paths.has(to))
      .map(arrow),
    [],
  );
});

test('no imports go round in a circle', () => {
  assert.deepEqual(findCycle(imports.filter((one) => isOurs(one) && !one.typeOnly)), []);
});

test('modules are imported only where they belong', () => {
  const homes: Record<string, RegExp> = {
    vscode: /^src\/(?!webview\/)/,
    uplot: /^src\/webview\//,
    'vscode-languageclient': /^src\//,
    'node:child_process': /^(runtime-helper\/sys|src\/helper)\//,
    'tar-stream': /^runtime-helper\/archive\//,
  };
  const strays = imports.filter(({ from, to }) => {
    const home = homes[to] ?? homes[to.split('/')[0] ?? ''];
    return home !== undefined && !home.test(from);
  });
  assert.deepEqual(strays.map(arrow), []);
});

test("the model is free of vscode, and the protocol and the specs of Node's modules", () => {
  const strays = imports.filter(
    ({ from, to }) =>
      (from.startsWith('src/model/') && to === 'vscode') ||
      (from.startsWith('runtime-helper/protocol/') && !isOurs({ from, to, typeOnly: false })),
  );
  assert.deepEqual(strays.map(arrow), []);
});

test("Node's modules are imported with node: in front", () => {
  assert.deepEqual(imports.filter(({ to }) => builtinModules.includes(to)).map(arrow), []);
});

function isOurs({ to }: Import): boolean {
  return /^(src|runtime-helper)\//.test(to);
}

/** `src/views/tree.ts` → `src/views`; a file beside the rooms is `src`, which is wiring and may import everything. */
function roomOf(path: string): string {
  const [top = '', folder = '', ...rest] = path.split('/');
  return rest.length === 0 ? top : `${top}/${folder}`;
}

function mayImport(from: string, to: string, typeOnly: boolean): boolean {
  if (from === to || from === 'src') return true;
  const rule = rooms.get(from);
  return rule !== undefined && (rule.may.has(to) || (typeOnly && rule.types.has(to)));
}

/** Reads the table under "## Rooms". Names without a folder are rooms beside the row's own. */
function readRooms(page: string): Map<string, Rule> {
  const rows = (page.split('\n## Rooms\n')[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const table = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  const named = table.map(([, names = '', , allowed = '']) => ({ rooms: roomNames(names), allowed }));
  const rules = new Map<string, Rule>();
  for (const row of named) {
    for (const room of row.rooms) rules.set(room, readRule(row.allowed, room, [...rules.keys()]));
  }
  return rules;
}

/** `runtime-helper/server`, `cli` are two rooms of runtime-helper. */
function roomNames(cell: string): string[] {
  const names = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  const top = names[0]?.split('/')[0] ?? '';
  return names.map((name) => (name.includes('/') ? name.replace(/\/$/, '') : `${top}/${name}`));
}

function readRule(cell: string, room: string, above: readonly string[]): Rule {
  const rule: Rule = { may: new Set(), types: new Set() };
  const except = /all above but (\w+)/.exec(cell)?.[1];
  if (except !== undefined) {
    for (const name of above) if (!name.endsWith(`/${except}`)) rule.may.add(name);
    return rule;
  }
  const [plain = '', bracket] = cell.split(/\(((?!types)[^)]*)\)/);
  for (const part of plain.split(',')) addRoom(rule, part.trim(), room);
  // "(server also cli)": one of the row's rooms may more.
  const more = /^(\w+) also ([\w, ]+)$/.exec(bracket ?? '');
  if (more !== null && room.endsWith(`/${more[1]}`))
    for (const part of (more[2] ?? '').split(',')) addRoom(rule, part.trim(), room);
  return rule;
}

function addRoom(rule: Rule, text: string, room: string): void {
  const [, name, types] = /^(\w+)(?: (\(types\)))?$/.exec(text) ?? [];
  if (name === undefined) return;
  const inSource = room.startsWith('src/') && files.some(({ path }) => path.startsWith(`src/${name}/`));
  (types === undefined ? rule.may : rule.types).add(`${inSource ? 'src' : 'runtime-helper'}/${name}`);
}

const arrow = ({ from, to }: Import): string => `${from} → ${to}`;

/** The files of one cycle, or an empty list. */
function findCycle(edges: Import[]): string[] {
  const targets = Map.groupBy(edges, ({ from }) => from);
  const done = new Set<string>();
  const visit = (path: string, way: string[]): string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const { to } of targets.get(path) ?? []) {
      const cycle = visit(to, [...way, path]);
      if (cycle.length > 0) return cycle;
    }
    done.add(path);
    return [];
  };
  for (const path of targets.keys()) {
    const cycle = visit(path, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
