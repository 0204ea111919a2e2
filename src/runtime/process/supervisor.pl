#!/usr/bin/perl -w
# The launcher and the supervisors of step processes, on perl-base alone. One launcher lives as long as its engine
# (its standard input): it forks a supervisor per request and does nothing else, so that a step costs two forks of a
# small process. A supervisor lives as long as its step, whoever else dies.
#
# Owns: the claim (before the command begins), the session, output (redacted, capped), the status.
# Does not own: timeouts and ending (src/runtime/process/end.ts), reading what lies in the folder (folder.ts).
# Keeps: P4 (one claim, one command), P6 (every orphan of the step stays its descendant), P9 (redacted before disk).
#
# A request is a frame (32-bit length, big endian) of fields (each a 32-bit length and bytes):
#   id, folder, key, cwd, maxOutput, fed|empty, stdin, count, argv..., count, (name, value)..., (redacted form)...
# Answers are lines on standard output: `<id> claimed` (somebody else has it) or `<id> <the status as JSON>`.
use strict;

BEGIN { require(($0 =~ m{^(/.*/)} ? $1 : $0 =~ m{^(.*/)} ? "./$1" : './') . 'spool.pl') }

# Numbers that do not differ between Linux architectures backout runs on; POSIX and Errno would cost 10 ms a start.
my ($EINTR, $EAGAIN, $EEXIST, $WNOHANG) = (4, 11, 17, 1);
my ($O_CREATE_TRUNCATE, $F_SETFL, $O_WRITE_NONBLOCK) = (01101, 4, 04001);
my ($CHUNK, $PIPE_AT_MOST) = (65_536, 1_114_112);
my %numbers = (
  x64   => { setsid => 112, clock => 228, prctl => 157 },
  arm64 => { setsid => 157, clock => 113, prctl => 167 },
);
my ($call, $boot, $namespace) = ($numbers{ $ARGV[0] // '' });

sub now {
  return time() * 1000 unless $call;
  my $at = "\0" x 16;
  syscall($call->{clock}, 0, $at);
  my ($seconds, $nanoseconds) = unpack 'q2', $at;
  return $seconds * 1000 + int($nanoseconds / 1_000_000);
}

sub lead_session {
  if ($call) { syscall($call->{setsid}) } else { require POSIX; POSIX::setsid() }
  syscall($call->{prctl}, 36, 1, 0, 0, 0) if $call;    # PR_SET_CHILD_SUBREAPER: orphans come to us, so end.ts sees them
}

# Readable when the process ends; undef on a kernel or sandbox without it.
sub ending_of {
  my $fd = syscall(434, $_[0] + 0, 0);
  return if $fd < 0;
  open my $handle, '<&=', $fd or return;
  return $handle;
}

sub close_inherited {
  return if syscall(436, 3, 0x7fff_ffff, 0) == 0 || !$call;
  my $close = $ARGV[0] eq 'x64' ? 3 : 57;
  opendir my $open, '/proc/self/fd' or return;
  syscall($close, $_ + 0) for grep { /^\d+$/ && $_ > 2 } readdir $open;
}

sub slurp {
  open my $file, '<', $_[0] or return '';
  sysread($file, my $text, 4096);
  chomp $text;
  return $text;
}

sub quoted {
  my $text = substr $_[0], 0, 1500;
  $text =~ s/(["\\])/\\$1/g;
  $text =~ s/([\x00-\x1f])/sprintf '\\u%04x', ord $1/ge;
  return "\"$text\"";
}

sub write_new {
  my ($name, $mode, $text) = @_;
  sysopen my $file, $name, $O_CREATE_TRUNCATE, $mode or return 0;
  return write_all($file, $text) && close $file;
}

# ---- one step ----

sub supervise {
  my ($id, $dir, $key, $cwd, $max, $fed, $input, @rest) = unpack '(N/a*)*', $_[0];
  my @argv = splice @rest, 0, shift @rest;
  my @env  = splice @rest, 0, 2 * shift @rest;
  my $step = { id => $id, dir => $dir, key => $key, cwd => $cwd, max => $max, argv => \@argv, env => \@env,
    input => $fed eq 'fed' ? $input : undef, redact => scalar redaction(@rest), umask => umask 0 };
  @_ = ();
  $SIG{$_} = 'IGNORE' for qw(HUP INT QUIT TERM PIPE TSTP);
  $SIG{CHLD} = sub { };    # only to wake the wait below
  open STDIN, '<', '/dev/null';
  lead_session();
  $0 = "backout-step $key";
  my $claimed = claim($step);
  return answer($step, 'claimed') if $claimed eq 'taken';
  return answer($step, not_started($step, $claimed)) if $claimed ne '';
  run($step);
}

# '' once it is ours, whole and alone; 'taken'; or why it cannot be made.
sub claim {
  my ($step) = @_;
  my $dir = $step->{dir};
  # A home that a group shares is 2770; then so is what lies in it.
  my ($above) = $dir =~ m{^(.*)/[^/]+/?$};
  my @about = stat $above or return "$above could not be read: $!";
  ($step->{mode}, my $folder_mode) = $about[2] & 020 ? (0660, 0770) : (0600, 0700);
  mkdir $dir, $folder_mode or $! == $EEXIST or return "the folder $dir could not be made: $!";
  my ($start) = slurp('/proc/self/stat') =~ /.*\) (?:\S+ ){19}(\S+)/s;
  my $text = sprintf '{"pid":%d,"start":"%s","boot":%s,"namespace":%s,"key":%s,"at":%d}', $$, $start, quoted($boot),
    quoted($namespace), quoted($step->{key}), now();
  my $own = "$dir/claim.$$";
  write_new($own, $step->{mode}, "$text\n") or return "its claim could not be written in $dir: $!";
  my $why = link($own, "$dir/claim") ? '' : $! == $EEXIST ? 'taken' : "its claim could not be made in $dir: $!";
  unlink $own;
  return $why;
}

sub not_started {
  my ($step, $why) = @_;
  my $said = redact({ step => $step, carry => '' }, $why, 1);
  return sprintf '{"kind":"not-started","reason":%s}', quoted($said);
}

sub run {
  my ($step) = @_;
  pipe(my $out, my $out_in) or return cannot($step);
  pipe(my $err, my $err_in) or return cannot($step);
  pipe(my $exec, my $exec_in) or return cannot($step);
  my ($in, $feed);
  if (defined $step->{input}) { pipe($in, $feed) or return cannot($step); fcntl $feed, $F_SETFL, $O_WRITE_NONBLOCK }
  $step->{began} = now();
  my $pid = fork;
  return cannot($step) unless defined $pid;
  become_command($step, $in, $out_in, $err_in, $exec_in) if $pid == 0;
  close $_ for grep { $_ } $in, $out_in, $err_in, $exec_in;
  @$step{qw(pid feed fed exec why)} = ($pid, $feed, 0, $exec, '');
  $step->{pidfd} = ending_of($pid);
  my @streams = (stream($out, 'stdout', $step), stream($err, 'stderr', $step));
  relay($step, @streams);
  settle($step, @streams);
  # A daemon that the step left behind still holds its output: it must not die of SIGPIPE. What it says from now on
  # is not the attempt's evidence and lies beside it.
  my @later = map { stream($_->{handle}, "$_->{name}.later", $step) } grep { $_->{handle} } @streams;
  relay($step, @later) if @later;
  finish($_) for @later;
}

sub cannot {
  my ($step) = @_;
  publish($step, not_started($step, "the machine refused it a process: $!"));
}

sub become_command {
  my ($step, $in, $out, $err, $exec) = @_;
  $^W = 0;
  setpgrp 0, 0;    # a step that says `kill 0` must not reach its supervisor
  $SIG{$_} = 'DEFAULT' for qw(HUP INT QUIT TERM PIPE TSTP CHLD);
  umask $step->{umask};
  open STDIN, '<&', $in if $in;
  open STDOUT, '>&', $out;
  open STDERR, '>&', $err;
  my ($cwd, @argv) = ($step->{cwd}, @{ $step->{argv} });
  my $why = '';
  if (chdir $cwd) {
    %ENV = (@{ $step->{env} }, BACKOUT_ATTEMPT => $step->{key});
    { exec { $argv[0] } @argv }
    $why = "the program $argv[0] could not be started: $!";
  }
  else { $why = "its folder $cwd could not be entered: $!" }
  write_all($exec, $why);
  exit 127;
}

# Moves bytes until the command has ended, or, when it has, until nobody holds its output.
sub relay {
  my ($step, @streams) = @_;
  my $ended = !$step->{pid};
  while ($ended ? grep { $_->{handle} } @streams : 1) {
    my ($readable, $writable) = wait_for($step, $ended, @streams);
    take($_, $readable) for grep { $_->{handle} } @streams;
    feed($step) if $step->{feed} && vec $writable, fileno $step->{feed}, 1;
    exec_answer($step) if $step->{exec} && vec $readable, fileno $step->{exec}, 1;
    while ((my $gone = waitpid -1, $WNOHANG) > 0) {
      next if !$step->{pid} || $gone != $step->{pid};
      @$step{qw(result pid)} = ($?, 0);
      return if !$ended;
    }
  }
}

sub wait_for {
  my ($step, $ended, @streams) = @_;
  my ($read, $write) = ('', '');
  vec($read, fileno $_, 1) = 1 for grep { $_ } $step->{exec}, $ended ? undef : $step->{pidfd}, map { $_->{handle} } @streams;
  vec($write, fileno $step->{feed}, 1) = 1 if $step->{feed};
  my $patience = $step->{pidfd} || $ended ? 5 : 0.05;
  my $count = select $read, $write, undef, $patience;
  return $count > 0 ? ($read, $write) : ('', '');
}

sub take {
  my ($s, $readable) = @_;
  return 0 unless vec $readable, fileno $s->{handle}, 1;
  my $got = sysread($s->{handle}, my $bytes, $CHUNK);
  return 0 if !defined $got && ($! == $EINTR || $! == $EAGAIN);
  unless ($got) { close delete $s->{handle}; return 0 }
  $s->{bytes} += $got;
  keep($s, redact($s, $bytes, 0));
  return $got;
}

sub feed {
  my ($step) = @_;
  my $wrote = syswrite $step->{feed}, $step->{input}, $CHUNK, $step->{fed};
  return if !defined $wrote && ($! == $EAGAIN || $! == $EINTR);
  $step->{fed} += $wrote // length $step->{input};    # nobody reads it any more
  close delete $step->{feed} if $step->{fed} >= length $step->{input};
}

sub exec_answer {
  my ($step) = @_;
  sysread $step->{exec}, $step->{why}, 4096;
  close delete $step->{exec};
}

# The command has ended: what it wrote is read now, as much as a pipe can hold, whoever goes on writing.
sub settle {
  my ($step, @streams) = @_;
  my $ended = now();
  exec_answer($step) if $step->{exec};
  for my $s (@streams) {
    for (my $left = $PIPE_AT_MOST; $left > 0 && $s->{handle};) {
      my $read = '';
      vec($read, fileno $s->{handle}, 1) = 1;
      last unless select($read, undef, undef, 0) > 0;
      $left -= take($s, $read);
    }
    finish($s);
  }
  return publish($step, not_started($step, $step->{why})) if $step->{why} ne '';
  my ($signal, $code) = ($step->{result} & 127, $step->{result} >> 8);
  publish($step, sprintf '{"kind":"ended","exitCode":%s,"signal":%d,"startedAt":%d,"endedAt":%d,%s}',
    $signal ? 'null' : $code, $signal, $step->{began}, $ended,
    join ',', map { sprintf '"%s":{"bytes":%d,"cut":%d}', $_->{name}, $_->{bytes}, $_->{cut} } @streams);
}

# Whole or not at all. On a full disk the engine makes room (its reserve), so trying again is worth a minute.
sub publish {
  my ($step, $text) = @_;
  my $aside = "$step->{dir}/status.$$";
  for my $try (0 .. 300) {
    last if write_new($aside, $step->{mode}, "$text\n") && rename $aside, "$step->{dir}/status";
    answer($step, $text) if $try == 0;
    select undef, undef, undef, 0.2;
  }
  answer($step, $text);
}

sub answer {
  my ($step, $text) = @_;
  return if $step->{answered}++;
  syswrite STDOUT, "$step->{id} $text\n";
  open STDOUT, '>', '/dev/null';
}

# ---- the launcher ----

sub launch {
  my $pid = fork;
  if (!defined $pid) {
    my ($id) = unpack 'N/a*', $_[0];
    return syswrite STDOUT, "$id " . sprintf("{\"kind\":\"not-started\",\"reason\":%s}\n", quoted("no process: $!"));
  }
  return if $pid;
  supervise($_[0]);
  exit 0;
}

close_inherited();
$0 = 'backout-launcher';
chdir '/';
$SIG{CHLD} = 'IGNORE';
$SIG{$_} = 'IGNORE' for qw(HUP INT QUIT TERM PIPE TSTP);
$boot = slurp('/proc/sys/kernel/random/boot_id');
$namespace = readlink('/proc/self/ns/pid') // '';
my $requests = '';
while (1) {
  my $got = sysread STDIN, $requests, $CHUNK, length $requests;
  next if !defined $got && $! == $EINTR;
  last unless $got;
  while (length $requests >= 4 && length $requests >= 4 + (my $length = unpack 'N', $requests)) {
    my $request = substr $requests, 4, $length;
    substr $requests, 0, 4 + $length, '';
    launch($request);
  }
}
