# The output of a step: redacted before it is written (P9), its head kept in one file and its latest bytes in a ring
# beside it, so that neither memory nor disk grows with what a program writes. Part of supervisor.pl.
#
# Owns: redaction of a stream (as redact() in src/kernel/redaction.ts does on a whole text), the cap, the spool files.
# Does not own: when to read and when to stop (supervisor.pl).
use strict;

my ($CHUNK, $O_RDWR_TRUNCATE) = (65_536, 01102);

sub stream {
  my ($handle, $name, $step) = @_;
  my $head = int($step->{max} / 2);
  return { handle => $handle, name => $name, step => $step, bytes => 0, cut => 0, carry => '', kept => 0,
    tail => 0, head => $head, ring => $step->{max} - $head };
}

# Every occurrence becomes ***. What could still grow into one stays in the carry until more is known.
sub redact {
  my ($s, $bytes, $final) = @_;
  my $r = $s->{step}{redact} or return $bytes;
  my $text = $s->{carry} . $bytes;
  my ($out, $from, $sure) = ('', 0, $final ? length $text : length($text) - $r->{longest} + 1);
  while ($text =~ /$r->{any}/g) {
    last if $-[0] >= $sure;
    $out .= substr($text, $from, $-[0] - $from) . '***';
    $from = $+[0];
  }
  my $to = $final ? length $text : first_prefix($r, $text, $from > $sure ? $from : $sure);
  $s->{carry} = substr $text, $to;
  return $out . substr $text, $from, $to - $from;
}

# The first place at or after $at where the rest of $text is the beginning of something to redact.
sub first_prefix {
  my ($r, $text, $at) = @_;
  $at = 0 if $at < 0;
  for (; $at < length $text; $at++) {
    for my $form (@{ $r->{heads}{ substr $text, $at, 4 } // [] }) {
      return $at if substr($form, 0, length($text) - $at) eq substr $text, $at, length $form;
    }
  }
  return $at;
}

sub redaction {
  my @forms = sort { length $b <=> length $a } @_;
  return unless @forms;
  my %heads;
  for my $form (@forms) { push @{ $heads{ substr $form, 0, $_ } }, $form for 1 .. 4 }
  my $any = join '|', map { quotemeta } @forms;
  return { any => qr/$any/, longest => length $forms[0], heads => \%heads };
}

sub file_of {
  my ($s, $end) = @_;
  my $key = "file$end";
  unless ($s->{$key}) {
    sysopen my $file, "$s->{step}{dir}/$s->{name}$end", $O_RDWR_TRUNCATE, $s->{step}{mode} or return;
    $s->{$key} = $file;
  }
  return $s->{$key};
}

# A full disk must not stop the step: what cannot be kept counts as left out.
sub keep {
  my ($s, $bytes) = @_;
  return if $bytes eq '';
  if ($s->{broken}) { $s->{cut} += length $bytes; return }
  my $room = $s->{head} - $s->{kept};
  if ($room > 0) {
    my $head = substr $bytes, 0, $room, '';
    my $file = file_of($s, '');
    $file && write_all($file, $head) ? ($s->{kept} += length $head) : ($s->{broken} = 1, $s->{cut} += length $head);
  }
  while ($bytes ne '') {
    if ($s->{broken} || !$s->{ring}) { $s->{cut} += length $bytes; last }
    my $at = $s->{tail} % $s->{ring};
    my $piece = substr $bytes, 0, $s->{ring} - $at, '';
    my $file = file_of($s, '.tail');
    sysseek $file, $at, 0 if $file;
    $file && write_all($file, $piece) ? ($s->{tail} += length $piece) : ($s->{broken} = 1, $s->{cut} += length $piece);
  }
}

# No more will come: the carry, the notice and the ring go behind the head.
sub finish {
  my ($s) = @_;
  keep($s, redact($s, '', 1));
  my ($ring, $tail) = @$s{qw(ring tail)};
  my $over = $tail > $ring ? $tail - $ring : 0;
  $s->{cut} += $over;
  if ($tail || $s->{cut}) {
    my $file = file_of($s, '') or return;
    write_all($file, "\n[backout: $s->{cut} bytes left out here]\n") if $s->{cut};
    my $at = $over ? $tail % $ring : 0;
    append($s, $file, $at, ($over ? $ring : $tail) - $at);
    append($s, $file, 0, $at) if $over;
    unlink "$s->{step}{dir}/$s->{name}.tail";
  }
}

sub append {
  my ($s, $file, $at, $length) = @_;
  my $tail = $s->{'file.tail'} or return;
  sysseek $tail, $at, 0;
  while ($length > 0) {
    my $got = sysread($tail, my $bytes, $length < $CHUNK ? $length : $CHUNK);
    return unless $got && write_all($file, $bytes);
    $length -= $got;
  }
}

1;
