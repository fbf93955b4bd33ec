# perl connect.pl KIND NAME PORT: one connection to NAME:PORT by a class of the standard library.
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::IP;
use HTTP::Tiny;
my ($kind, $name, $port) = @ARGV;
my %with = (PeerHost => $name, PeerPort => $port, Proto => 'tcp');
if ($kind eq 'ip') { IO::Socket::IP->new(%with) or die "$@\n" }
elsif ($kind eq 'inet') { IO::Socket::INET->new(%with) or die "$@\n" }
else { my $got = HTTP::Tiny->new(timeout => 2)->get("http://$name:$port/"); $got->{success} or die $got->{content} }
