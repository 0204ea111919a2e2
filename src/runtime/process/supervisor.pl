#!/usr/bin/perl -w
# The launcher and the supervisors of step processes, on perl-base alone. The launcher lives as long as its engine (its
# standard input) and does one thing: it keeps a supervisor ready, which has already made its session, its pipes and the
# process that will become the command, so that a step waits for no fork. The supervisor takes one request, and lives
# as long as its step, whoever else dies.
#
# Owns: the claim (before the command begins), the session, the status, moving the output (spool.pl keeps it).
# Does not own: timeouts and ending (src/runtime/process/end.ts), reading what lies in the folder (look.ts).
# Keeps: P4 (one claim, one command), P6 (every orphan of the step stays its descendant), P9 (redacted before disk).
#
# A request is a frame (32-bit length, big endian) of fields (each a 32-bit length and bytes):
#   id, folder, key, maxOutput, fed|empty, stdin, command, (redacted form)...
# where command is again such fields: cwd, count, argv..., (name, value)...
# Answers are lines on standard output: `<id> claimed` (somebody else has it) or `<id> <the status as JSON>`.
use strict;

my ($here) = $0 =~ m{^(.*)/};
require "$here/$_" for qw(system.pl spool.pl);

my ($EINTR, $EAGAIN, $EEXIST, $WNOHANG) = (4, 11, 17, 1);
my ($F_SETFL, $O_WRITE_NONBLOCK) = (4, 04001);
my ($CHUNK, $PIPE_AT_MOST) = (65_536, 1_114_112);
my ($boot, $namespace);

# Ready before anybody asks: what costs time is done, and waits for its request.
sub attend {
  my ($taken) = @_;
  $SIG{CHLD} = sub { };    # only to wake the wait below
  lead_session();
  my $step = {};
  for my $name (qw(in out err exec go)) {
    pipe($step->{$name}, $step->{"${name}_in"}) or vanish();
  }
  $step->{pid} = fork // vanish();
  become_command($step) if $step->{pid} == 0;
  close delete $step->{$_} for qw(in out_in err_in exec_in go);
  $step->{who} = identity();
  $step->{taken} = $taken;
  my $request = next_frame(*STDIN);
  supervise($step, $request) if defined $request;
  if ($step->{go_in}) {    # not needed: where nobody adopts orphans (many containers) it would stay a zombie
    close delete $step->{go_in};
    waitpid $step->{pid}, 0;
  }
  syswrite $taken, 'ended' unless defined $request;
  vanish();
}

# The launcher makes the next one ready: at once where a request waits for it, else when this one has nothing to do.
sub taken {
  my ($step) = @_;
  syswrite $step->{taken}, 'taken';
  close delete $step->{taken};
}

sub others_wait {
  my $read = '';
  vec($read, fileno STDIN, 1) = 1;
  return select($read, undef, undef, 0) > 0;
}

sub supervise {
  my ($step, $request) = @_;
  my ($fed, $command, @forms);
  (@$step{qw(id dir key max)}, $fed, $step->{input}, $command, @forms) = unpack '(N/a*)*', $request;
  $step->{redact} = redaction(@forms);
  taken($step) if others_wait();
  open STDIN, '<', '/dev/null';
  $0 = "backout-step $step->{key}";
  my $why = claim($step);
  taken($step) if $why ne '' && $step->{taken};
  return answer($step, 'claimed') if $why eq 'taken';
  return answer($step, not_started($step, $why)) if $why ne '';
  run($step, $fed, $command);
}

sub identity {
  my ($start) = slurp('/proc/self/stat') =~ /.*\) (?:\S+ ){19}(\S+)/s;
  return sprintf '"pid":%d,"start":"%s","boot":%s,"namespace":%s', $$, $start, quoted($boot), quoted($namespace);
}

# '' once it is ours, whole and alone; 'taken'; or why it cannot be made.
sub claim {
  my ($step) = @_;
  my $dir = $step->{dir};
  umask 0;
  # A home that a group shares is 2770; then so is what lies in it.
  my ($above) = $dir =~ m{^(.*)/[^/]+/?$};
  my @about = stat $above or return "$above could not be read: $!";
  ($step->{mode}, my $folder_mode) = $about[2] & 020 ? (0660, 0770) : (0600, 0700);
  mkdir $dir, $folder_mode or $! == $EEXIST or return "the folder $dir could not be made: $!";
  my $text = sprintf '{%s,"key":%s,"at":%d}', $step->{who}, quoted($step->{key}), now();
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
  my ($step, $fed, $command) = @_;
  $step->{feed} = delete $step->{in_in};
  fcntl $step->{feed}, $F_SETFL, $O_WRITE_NONBLOCK;
  close delete $step->{feed} if $fed eq 'empty';
  @$step{qw(fed why began)} = (0, '', now());
  write_all($step->{go_in}, pack 'N/a* N/a*', $fed, $command);
  close delete $step->{go_in};
  taken($step) if $step->{taken};
  $step->{pidfd} = ending_of($step->{pid});
  my @streams = map { stream($step->{$_->[0]}, $_->[1], $step) } [out => 'stdout'], [err => 'stderr'];
  relay($step, @streams);
  settle($step, @streams);
  # A daemon that the step left behind still holds its output: it must not die of SIGPIPE. What it says from now on
  # is not the attempt's evidence and lies beside it.
  my @later = map { stream($_->{handle}, "$_->{name}.later", $step) } grep { $_->{handle} } @streams;
  delete @$step{qw(out err)};
  relay($step, @later) if @later;
  finish($_) for @later;
}

# Waits until its supervisor has the claim, then becomes the command; says on the pipe `exec` why it cannot.
sub become_command {
  my ($step) = @_;
  $^W = 0;
  setpgrp 0, 0;    # a step that says `kill 0` must not reach its supervisor
  $SIG{$_} = 'DEFAULT' for qw(HUP INT QUIT TERM PIPE TSTP CHLD);
  my $requests = $step->{go};
  close delete $step->{$_} for qw(go_in in_in out err exec);
  open STDOUT, '>&', $step->{out_in};
  open STDERR, '>&', $step->{err_in};
  open STDIN, '<', '/dev/null';
  my $fed = next_frame($requests) // vanish();
  my $command = next_frame($requests) // vanish();
  my ($cwd, $count, @rest) = unpack '(N/a*)*', $command;
  open STDIN, '<&', $step->{in} if $fed eq 'fed';
  my @argv = splice @rest, 0, $count;
  my $why = "its folder $cwd could not be entered: ";
  if (chdir $cwd) {
    %ENV = @rest;
    { exec { $argv[0] } @argv }
    $why = "the program $argv[0] could not be started: ";
  }
  write_all($step->{exec_in}, "$why$!");
  vanish();
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

close_inherited();
$0 = 'backout-launcher';
chdir '/';
$SIG{CHLD} = 'IGNORE';
$SIG{$_} = 'IGNORE' for qw(HUP INT QUIT TERM PIPE TSTP);
$boot = slurp('/proc/sys/kernel/random/boot_id');
$namespace = readlink('/proc/self/ns/pid') // '';
for (my $word = ''; $word ne 'ended';) {
  pipe(my $from, my $to) or die "no pipe: $!";
  my $pid = fork;
  if (defined $pid && $pid == 0) { close $from; attend($to) }
  close $to;
  $word = (defined $pid ? read_exactly($from, 5) : undef) // '';
  waitpid $pid, 0 if $word eq 'ended';
  select undef, undef, undef, 0.05 if $word eq '';    # no process to be had, or it was killed: the request waits
}
