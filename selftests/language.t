#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# docs/language.md against netctl: every example of its tables is accepted, or refused for the reason that stands there; and every field,
# statement and keyword of the code is in it. Needs no privilege: "netctl check" judges a file by itself.
use strict;
use warnings;
use FindBin;

chdir "$FindBin::Bin/.." or die;
my $netctl = ($ENV{B} // 'build') . '/netctl';
my $tmp = `mktemp -d`;
chomp $tmp;
END { system 'rm', '-rf', $tmp if $tmp }

my $n = 0;
sub ok {
	my ($good, $name, @why) = @_;
	$n++;
	print $good ? "ok $n - $name\n" : "not ok $n - $name\n";
	print map { "# $_\n" } split /\n/, join "\n", @why unless $good;
}

sub slurp {
	my ($path) = @_;
	open my $file, '<', $path or die "$path: $!";
	local $/;
	return <$file>;
}

# What every example may refer to. %s: more lines of the table; then of its chain.
my $ruleset = <<'RULESET';
table netdev t {
	set s { type ipv4_addr; elements = { 10.0.0.1 } }
	set hosts { type ipv4_addr; flags dynamic,timeout; size 100; timeout 1m; }
	set idle_set { type ipv4_addr; }
	map m { type ipv4_addr : inet_service; elements = { 10.0.0.1 : 80 } }
	map ports { type ipv4_addr : inet_service; flags dynamic,timeout; size 100; timeout 1m; }
	map verdicts { type ipv4_addr : verdict; }
	map counted { type ipv4_addr : counter; elements = { 10.0.0.1 : "c1" } }
	map idle_map { type ipv4_addr : mark; }
	counter c1 { packets 0 bytes 0; }
	counter idle_counter { packets 0 bytes 0; }
	quota q1 { over 10 mbytes; }
	limit l1 { rate 5/second; }
	chain u { counter; }
	chain idle { counter; }
%s
	chain c {
		type filter hook ingress device "lo" priority 0; policy accept;
%s
	}
}
RULESET

# Handles of the ruleset are its own: an example that names one by number takes the rule's here.
my $rule = 'counter comment "a rule"';

# The text of a file that has the example in its place, by the column's heading.
my %place = (
	'Rule' => sub { sprintf $ruleset, '', "\t\t$_[0]" },
	'In a table' => sub { sprintf $ruleset, "\t$_[0]", '' },
	'In a set' => sub { sprintf $ruleset, "\tset s2 { $_[0]; }", '' },
	'In a map' => sub { sprintf $ruleset, "\tmap m2 { $_[0]; }", '' },
	'Command' => sub {
		my ($command) = @_;
		my $handle = rule_handle();
		$command =~ s/handle 9\b/handle $handle/;
		return sprintf($ruleset, '', "\t\t$rule") . "$command\n";
	},
	'Text' => sub { my $text = $_[0]; $text =~ s/; (?=(define|redefine|undefine|add) )/\n/g; sprintf($ruleset, '', '') . "$text\n" },
	'JSON' => sub {
		my $prelude = join ', ',
			'{"table": {"family": "netdev", "name": "t"}}',
			'{"set": {"family": "netdev", "table": "t", "name": "s", "type": "ipv4_addr"}}',
			'{"chain": {"family": "netdev", "table": "t", "name": "c"}}';
		return "{\"nftables\": [$prelude, $_[0]]}\n";
	},
);

sub write_file {
	my ($name, $text) = @_;
	open my $file, '>', "$tmp/$name" or die;
	print $file $text;
	close $file;
	return "$tmp/$name";
}

sub run {
	my $output = `NO_COLOR=1 $netctl $_[0] 2>&1 </dev/null`;
	return ($? >> 8, $output);
}

# Handles are given in the order in which a file makes things. The rule's is found by trying.
my $found;
sub rule_handle {
	return $found if $found;
	for my $try (1 .. 64) {
		my $path = write_file('handle', sprintf($ruleset, '', "\t\t$rule") . "delete rule netdev t c handle $try\n");
		my ($code) = run("check $path");
		return $found = $try if $code == 0;
	}
	return 9;
}

sub cells {
	my ($line) = @_;
	my @cells = split /(?<!\\)\|/, $line;
	shift @cells;
	s/^\s+|\s+$//g, s/\\\|/|/g for @cells;
	return @cells;
}

my %count;
sub check_row {
	my ($heading, $what, $example, $where, $remark) = @_;
	my $name = "$heading: $example ($where)";
	my $refusal = $heading eq 'Command line' ? 2 : 3;
	my ($code, $output);

	if ($heading eq 'Command line') {
		my $file = write_file('file', sprintf $ruleset, '', '');
		(my $line = $example) =~ s/FILE/$file/;
		($code, $output) = run($line);
	} else {
		my $path = write_file('example', $place{$heading}->($example));
		($code, $output) = run("check $path");
	}
	$count{$where}++;
	if ($where eq 'refused') {
		my @reasons = $remark =~ /"([^"]+)"/;
		ok($code == $refusal && @reasons == 1 && index($output, $reasons[0]) >= 0, $name, "exit $code", $output);
	} elsif ($where eq 'XDP' || $where eq 'tc' || $where eq 'yes') {
		my $at_tc = $output =~ /runs at tc/ || $example =~ /hook egress/;
		ok($code == 0 && ($where eq 'tc') == $at_tc, $name, "exit $code", $output);
	} else {
		ok(0, $name, "'$where' is no place");
	}
}

my $document = slurp('docs/language.md');
my ($heading, $examples) = ('', '');
for (split /\n/, $document) {
	if (/^\| What\b/) {
		$heading = (cells($_))[1];
		ok($place{$heading} || $heading eq 'Command line', "there are examples of '$heading'");
	} elsif (/^\|[- |]+$/) {
		next;
	} elsif (/^\|/) {
		my ($what, $example, $where, $remark) = cells($_);
		$example =~ s/^`(.*)`$/$1/;
		$examples .= "$example\n";
		check_row($heading, $what, $example, $where, $remark // '');
	}
}

# --- the other way round: what the code knows is in the document

sub has_words {
	my ($words) = @_;
	return scalar $document =~ /(?<![\w-])\Q$words\E(?![\w-])/;
}

my $types = slurp('ctl/model/types.h');
while ($types =~ /^\s+X\((\w+),\s*"([^"]+)",\s*"([^"]*)",/mg) {
	my $field = $3 eq '' ? $2 : "$2 $3";
	my $in = $2 eq '@' ? $examples =~ /^@/m : $examples =~ /(?<![\w-])\Q$field\E@{[$3 eq '@' ? '' : '(?![\w-])']}/;
	ok($in, "field '$field' has an example");
}
my $data_types = slurp('ctl/model/types.c');
while ($data_types =~ /\[NC_TYPE_\w+\]\s*=\s*\{"(\w+)"/g) {
	my $type = $1;
	ok(has_words($type), "type '$type' is in the document");
}
my $words = slurp('ctl/lang/words.c');
$words =~ s{/\*.*?\*/}{}gs;
my %seen;
while ($words =~ /(?:^|[{,\s])"([a-z][a-z0-9-]*(?: [a-z]+)?)"(?=\s*[,}])/mg) {
	my $word = $1;
	next if $seen{$word}++;
	ok(has_words($word), "word '$word' is in the document");
}
# Tables of words in the parser: { "word", …
for my $file (glob 'ctl/lang/parser_*.c') {
	my $text = slurp($file);
	while ($text =~ /(?:\{|_word\(parser, )"([a-z][a-z0-9-]*)"/g) {
		my $word = $1;
		next if $seen{$word}++;
		ok(has_words($word), "word '$word' of $file is in the document");
	}
}
print "# ", join(', ', map { "$count{$_} $_" } sort keys %count), "\n";
print "1..$n\n";
