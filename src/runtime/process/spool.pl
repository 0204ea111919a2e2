# The output of a step: redacted before it is written (P9), its head kept in one file and its latest bytes in a ring
# beside it, each stream for itself, so that neither memory nor disk grows with what a program writes.
# Part of supervisor.pl.
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

# Every occurrence becomes ***, the longest form first. What could still grow into one stays in the carry.
sub redact {
  my ($s, $bytes, $final) = @_;
  my $r = $s->{step}{redact} or return $bytes;
  my $text = $s->{carry} . $bytes;
  my ($out, $from) = ('', 0);
  my $stop = length $text;
  while ($text =~ /$r->{heads}/g) {
    my $at = $-[0];
    my $length = form_at($r, \$text, $at, $final);
    if (!defined $length) { $stop = $at; last }
    if ($length) { $out .= substr($text, $from, $at - $from) . '***'; $from = $at + $length }
    pos($text) = $at + ($length || 1);
  }
  $stop = unfinished($r, $text, $from) if $stop == length $text && !$final;
  $s->{carry} = substr $text, $stop;
  return $out . substr $text, $from, $stop - $from;
}

# The length of the longest form at that place, 0 for none; undef where a longer text could hold a longer one.
sub form_at {
  my ($r, $text, $at, $final) = @_;
  my $there = length($$text) - $at;
  for my $form (@{ $r->{forms}{ substr $$text, $at, $r->{size} } }) {
    my $length = length $form;
    return $length if $length <= $there && substr($$text, $at, $length) eq $form;
    my $wrapped = may_be_wrapped($form) ? wrapped_length($form, $text, $at)
      : $length > $there && substr($form, 0, $there) eq substr($$text, $at) ? undef : 0;
    return $wrapped if $wrapped || (!defined $wrapped && !$final);
  }
  return 0;
}

# What base64, base64url and hex are made of: an encoder may have put a line break between any two of its characters.
sub may_be_wrapped { return $_[0] =~ m{^[A-Za-z0-9_+/=-]+\z} }

# As form_at, for this form.
sub wrapped_length {
  my ($form, $text, $start) = @_;
  my ($at, $end) = ($start, length $$text);
  for my $n (0 .. length($form) - 1) {
    if ($n) {
      my $next = substr $$text, $at, 2;
      return if $next eq "\r";
      $at += $next eq "\r\n" ? 2 : substr($next, 0, 1) eq "\n" ? 1 : 0;
    }
    return if $at >= $end;
    return 0 if substr($$text, $at, 1) ne substr $form, $n, 1;
    $at++;
  }
  return $at - $start;
}

# Where a head begins that is not all there yet.
sub unfinished {
  my ($r, $text, $from) = @_;
  my $at = length($text) - $r->{size} + 1;
  for ($at = $from if $at < $from; $at < length $text; $at++) {
    return $at if $r->{begins}{ substr $text, $at };
  }
  return $at;
}

# Forms by their first bytes, also as a line break leaves them, by which a place is found that may hold one.
sub redaction {
  my @forms = sort { length $b <=> length $a } @_;
  return unless @forms;
  my $size = length $forms[-1] < 6 ? length $forms[-1] : 6;
  my (%forms, %begins);
  for my $form (@forms) {
    for my $head (heads_of($form, $size)) {
      push @{ $forms{$head} }, $form;
      $begins{ substr $head, 0, $_ } = 1 for 1 .. $size - 1;
    }
  }
  my $heads = join '|', map { quotemeta } keys %forms;
  return { heads => qr/$heads/, forms => \%forms, begins => \%begins, size => $size };
}

sub heads_of {
  my ($form, $size) = @_;
  my $head = substr $form, 0, $size;
  return $head unless may_be_wrapped($form);
  my %heads = ($head => 1);
  for my $before (1 .. $size - 1) {
    $heads{ substr substr($form, 0, $before) . $_ . substr($form, $before), 0, $size } = 1 for "\n", "\r\n";
  }
  return keys %heads;
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
