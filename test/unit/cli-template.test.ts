import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatRows, formatValue } from '../../runtime-helper/cli/format.ts';
import { asMap, nilList, nilMap } from '../../runtime-helper/cli/template/values.ts';

const container = {
  Name: '/web',
  State: { Running: true, Pid: 42, Health: undefined },
  Args: ['-c', 'sleep 1'],
  Labels: asMap({ a: '1', 'b.c': '2' }),
  Networks: asMap({ bridge: { IPAddress: '10.0.0.2' }, other: { IPAddress: '10.1.0.2' } }),
  Volumes: nilMap,
  Binds: nilList,
  PidsLimit: null,
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
    ['{{.State}} {{.Networks}}', '{true 42 <nil>} map[bridge:{10.0.0.2} other:{10.1.0.2}]'],
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
    ['{{.Labels.a}} {{.Labels.none}} {{.Labels.none.more}}', '1 <no value> <no value>'],
    ['{{.Networks.none.IPAddress}}', '<no value>'],
    ['{{if .Labels.none}}a{{else}}b{{end}}{{with .Labels.none}}c{{end}}{{range .Labels.none}}d{{end}}', 'b'],
    ['{{json .Labels.none}} {{.Labels.none | json}} {{eq .Labels.none "x"}}', 'null null false'],
    ['{{printf "%v" .Labels.none}} {{print .Labels.none}}', '<nil> <nil>'],
    ['{{index .Networks "none"}}', '<nil>'],
    ['{{.Volumes}} {{.Volumes.x}} {{len .Volumes}} {{json .Volumes}}', 'map[] <no value> 0 null'],
    ['{{.Binds}} {{len .Binds}} {{json .Binds}}{{range .Binds}}x{{end}}', '[] 0 null'],
    ['{{.PidsLimit}}', '<nil>'],
    ['{{title .Name}} {{title "it\'s a-b"}}', "/Web It's A-B"],
    ['{{html "<a & b>"}} {{urlquery "a b/c"}}', '&lt;a &amp; b&gt; a+b%2Fc'],
  ] as const)
    it(`${template} gives ${JSON.stringify(expected)}`, () => assert.equal(formatValue(container, template), expected));

  for (const [template, reason] of [
    ['{{.None}}', /can't evaluate field None/],
    ['{{.State.None}}', /can't evaluate field None/],
    ['{{.Binds.x}}', /can't evaluate field x/],
    ['{{(index .Networks "none").IPAddress}}', /can't evaluate field IPAddress/],
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
