import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatRows, formatValue } from '../../runtime-helper/cli/format.ts';

const container = {
  Name: '/web',
  State: { Running: true, Pid: 42, Health: undefined },
  Args: ['-c', 'sleep 1'],
  Labels: { a: '1', 'b.c': '2' },
  Networks: { bridge: { IPAddress: '10.0.0.2' }, other: { IPAddress: '10.1.0.2' } },
  Label: (name: unknown) => `label ${String(name)}`,
};

/** Each as Go's text/template with Docker's functions has it. */
describe('a template', () => {
  for (const [template, expected] of [
    ['{{.Name}}', '/web'],
    ['{{ .State.Pid }}/{{.State.Running}}', '42/true'],
    ['{{json .State}}', '{"Running":true,"Pid":42}'],
    ['{{.Args}} {{len .Args}}', '[-c sleep 1] 2'],
    ['{{.Labels}}', 'map[a:1 b.c:2]'],
    ['{{index .Labels "b.c"}}{{index .Labels "none"}}.', '2.'],
    ['{{index .Args 1}}', 'sleep 1'],
    ['{{range .Networks}}{{.IPAddress}} {{end}}', '10.0.0.2 10.1.0.2 '],
    ['{{range $name, $n := .Networks}}{{$name}}={{$n.IPAddress}};{{end}}', 'bridge=10.0.0.2;other=10.1.0.2;'],
    ['{{range $at, $one := .Args}}{{$at}}:{{$one}} {{end}}', '0:-c 1:sleep 1 '],
    ['{{range .State.Health}}x{{else}}none{{end}}', 'none'],
    ['{{if .State.Running}}up{{else}}down{{end}}', 'up'],
    ['{{if .State.Health}}{{.State.Health.Status}}{{else if .State.Pid}}pid{{end}}', 'pid'],
    ['{{if and .State.Running (eq .Name "/web")}}yes{{end}}', 'yes'],
    ['{{with .State}}{{.Pid}} {{$.Name}}{{end}}', '42 /web'],
    ['{{$n := .Name}}{{$n}}', '/web'],
    ['{{.Name | upper | printf "%-6s|"}}', '/WEB  |'],
    ['{{printf "%s %d %q" .Name .State.Pid "x"}}', '/web 42 "x"'],
    ['{{join .Args " "}}', '-c sleep 1'],
    ['{{(index .Args 0)}}{{(split "a,b" ",")}}', '-c[a b]'],
    ['{{.State.Health}}', '<no value>'],
    ['a  {{- " b" -}}  c', 'a bc'],
    ['{{/* nothing */}}x', 'x'],
    ['{{"a\\tb"}}', 'a\tb'],
    ['{{.Label "x"}}', 'label x'],
    ['{{not .State.Running}}', 'false'],
    ['{{title "two words"}}', 'Two Words'],
    ['{{truncate .Name 3}}', '/we'],
    ['{{range (index .Networks "bridge")}}{{.}}{{end}}', '10.0.0.2'],
    ['{{(index .Networks "bridge").IPAddress}}', '10.0.0.2'],
  ] as const)
    it(`${template} gives ${JSON.stringify(expected)}`, () => assert.equal(formatValue(container, template), expected));

  for (const [template, reason] of [
    ['{{.None}}', /can't evaluate field None/],
    ['{{.Name', /unclosed action/],
    ['{{if .Name}}x', /unexpected EOF/],
    ['x{{end}}', /unexpected \{\{end\}\}/],
    ['{{nonesuch .Name}}', /function "nonesuch" not defined/],
    ['{{.Name | }}', /missing value/],
    ['{{template "x"}}', /is not built/],
    ['{{index .Args 7}}', /out of range/],
    ['{{$x}}', /undefined variable/],
  ] as const)
    it(`${template} is refused`, () => assert.throws(() => formatValue(container, template), reason));

  it('makes a table of rows under its heads', () => {
    const table = (cells: readonly (readonly string[])[]) => cells.map((row) => row.join('|')).join('\n');
    const rows = [{ ID: '1', Names: 'a' }];
    assert.equal(formatRows(rows, 'table {{.ID}}\\t{{.Names}}', { ID: 'ID', Names: 'NAMES' }, table), 'ID|NAMES\n1|a');
  });
});
