# Runs a command and says how long it took and what it needed: "<exit code> <ms> <peak KiB> <CPU ms>" on standard output.
# Perl, because it is small: a child of Node begins with Node's memory, which the system counts as the child's peak.
# usage: perl stopwatch.pl ARCH FOLDER OUTPUT PROGRAM ARGUMENT...
use strict;

my %numbers = (x64 => { wait4 => 61, clock => 228 }, arm64 => { wait4 => 260, clock => 113 });
my ($arch, $folder, $output, @command) = @ARGV;
my $call = $numbers{$arch} or die "the benchmark runs on x64 and arm64, not on $arch\n";

sub now {
  my $at = "\0" x 16;
  syscall($call->{clock}, 1, $at);
  my ($seconds, $nanoseconds) = unpack 'q2', $at;
  return $seconds * 1000 + $nanoseconds / 1_000_000;
}

chdir $folder or die "no folder $folder: $!\n";
my $began = now();
my $pid = fork // die "no fork: $!\n";
if ($pid == 0) {
  open STDIN, '<', '/dev/null';
  open STDOUT, '>', $output;
  open STDERR, '>&STDOUT';
  exec { $command[0] } @command;
  exit 127;
}
my ($status, $usage) = ("\0" x 8, "\0" x 256);
my $waited = -1;
$waited = syscall($call->{wait4}, $pid, $status, 0, $usage) while $waited < 0;
my $took = now() - $began;
my $result = unpack 'i', $status;
my ($user, $user_us, $system, $system_us, $peak) = unpack 'q5', $usage;
printf "%d %.3f %d %.3f\n", $result & 127 ? 128 + ($result & 127) : $result >> 8, $took, $peak,
  ($user + $system) * 1000 + ($user_us + $system_us) / 1000;
