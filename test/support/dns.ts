/** Programs in Perl, which every Debian has: one asks for names, the other answers. */

/** Arguments for `perl`: asks a server, and prints the code of its answer, `cut` when that says so, and the records. */
export function question(name: string, type = 'A', protocol: 'udp' | 'tcp' = 'udp', server = '127.0.0.11'): string[] {
  return ['perl', '-e', asking, name, type, protocol, server];
}

/** Arguments for `perl`: has port 53, and says nothing. */
export const silence = [
  'perl',
  '-e',
  `use IO::Socket::INET; my %at = (LocalPort => 53);
my @sockets = (IO::Socket::INET->new(%at, Proto => "udp"), IO::Socket::INET->new(%at, Proto => "tcp", Listen => 8)); sleep 1000;`,
];

/**
 * Arguments for `perl`: answers at port 53 of all addresses, or of one, by UDP and TCP. `NAME.down` has failed, `NAME.big` needs TCP, all else has the
 * address.
 */
export function upstream(address: string, at = '0.0.0.0'): string[] {
  return ['perl', '-e', answering, address, at];
}

const asking = `use IO::Socket::INET; my ($name, $type, $protocol, $server) = @ARGV; alarm 20;
my %types = (A => 1, PTR => 12, MX => 15, AAAA => 28);
my $question = pack("n6", 4711, 0x0100, 1, 0, 0, 0) . join("", map { pack("C/a*", $_) } split(/[.]/, $name)) . "\\0" . pack("n2", $types{$type}, 1);
my $socket = IO::Socket::INET->new(PeerAddr => $server, PeerPort => 53, Proto => $protocol) or die "$!";
my $answer = "";
if ($protocol eq "udp") { $socket->send($question); defined $socket->recv($answer, 65536) or die "$!" }
else {
  print $socket pack("n/a*", $question); $socket->flush;
  read($socket, my $length, 2) == 2 or die "nothing came";
  read($socket, $answer, unpack("n", $length)) or die "$!";
}
my ($id, $flags, $questions, $count) = unpack("n4", $answer);
$id == 4711 or die "another answer: $id";
print $flags & 15, $flags & 0x200 ? " cut" : "";
my $at = length $question;
for (1 .. $count) {
  my ($kind, $data) = unpack("x2 n x6 n/a*", substr($answer, $at));
  $at += 12 + length $data;
  print " ", $kind == 1 ? join(".", unpack("C4", $data)) : $kind == 28 ? join(":", map { sprintf "%x", $_ } unpack("n8", $data)) : join(".", grep { length } unpack("(C/a*)*", $data));
}
print "\\n";`;

const answering = `use IO::Socket::INET; use IO::Select;
my $address = pack("C4", split(/[.]/, $ARGV[0]));
my @at = (LocalAddr => $ARGV[1], LocalPort => 53);
my $udp = IO::Socket::INET->new(@at, Proto => "udp") or die "$!";
my $tcp = IO::Socket::INET->new(@at, Proto => "tcp", Listen => 8, ReuseAddr => 1) or die "$!";
sub answer {
  my ($question, $by_tcp) = @_;
  my $code = $question =~ /\\x04down\\0/ ? 2 : 0;
  my $records = $question !~ /\\x03big\\0/ ? 1 : $by_tcp ? 3000 : 0;
  my $flags = 0x8180 | $code | ($records ? 0 : 0x200);
  my $record = pack("n6", 0xc00c, 1, 1, 0, 60, 4) . $address;
  return substr($question, 0, 2) . pack("n5", $flags, 1, $code ? 0 : $records, 0, 0) . substr($question, 12) . ($code ? "" : $record x $records);
}
my $select = IO::Select->new($udp, $tcp);
while (1) {
  for my $socket ($select->can_read) {
    if ($socket == $udp) { $udp->recv(my $question, 4096); $udp->send(answer($question, 0)) }
    else {
      my $client = $tcp->accept or next;
      my ($length, $question);
      read($client, $length, 2) == 2 && read($client, $question, unpack("n", $length)) or next;
      print $client pack("n/a*", answer($question, 1)); close $client;
    }
  }
}`;
