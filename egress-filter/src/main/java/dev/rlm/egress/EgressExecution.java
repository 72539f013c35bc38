package dev.rlm.egress;

import dev.rlm.egress.scan.ScanBudget;
import dev.rlm.egress.scan.Span;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The output of one execution on its way out. Bytes are written in pieces of any size on any
 * channels; what is safe is released to the sink during {@link #write} and {@link #finish}. The
 * result depends on the bytes and the order of the channels, not on the pieces.
 *
 * <p>At most {@link StreamLimits#blockBytes()} are held; the last {@link
 * StreamLimits#holdBackBytes()} stay until more follows or the execution is finished. Thread-safe:
 * writes of several threads are taken in the order in which they come.
 *
 * <p>When the filter fails inside, the bytes that it was examining are withheld behind a marker,
 * and the stream goes on.
 */
public final class EgressExecution {

  private static final Comparator<Span> BY_START =
      (one, other) -> {
        int starts = Integer.compare(one.start(), other.start());
        int places = starts != 0 ? starts : Integer.compare(one.end(), other.end());
        return places != 0 ? places : one.rule().compareTo(other.rule());
      };

  private final EgressFilter filter;
  private final List<ContextIndex> contexts;
  private final SessionState state;
  private final EgressSink sink;
  private final boolean continues;
  private final ArrivalLog log = new ArrivalLog();
  private final Map<Channel, Tail> tails = new EnumMap<>(Channel.class);
  private final Map<Channel, Long> offsets = new EnumMap<>(Channel.class);
  private final Map<Channel, Carry> carries = new EnumMap<>(Channel.class);
  private final ScanBudget budget = new ScanBudget();
  private final ReportBuilder report;
  private Tail arrivals = Tail.EMPTY;
  private long echoLeft;
  private long deepSeen;
  private boolean finished;
  private boolean exhausted;

  EgressExecution(
      EgressFilter filter,
      List<ContextIndex> contexts,
      SessionState state,
      EgressSink sink,
      boolean continues) {
    this.filter = filter;
    this.contexts = contexts;
    this.state = state;
    this.sink = sink;
    this.continues = continues;
    this.report = new ReportBuilder(filter.policy().maximumFindings());
    this.echoLeft = filter.policy().echo().perExecutionBytes();
    if (continues) {
      arrivals = state.arrivals();
    }
  }

  /**
   * Takes bytes.
   *
   * @param channel the channel they leave by
   * @param bytes the bytes; read during the call only
   * @throws IllegalStateException when the execution is finished
   */
  public void write(Channel channel, byte[] bytes) {
    write(channel, bytes, 0, bytes.length);
  }

  /**
   * Takes part of an array.
   *
   * @param channel the channel the bytes leave by
   * @param bytes the array; read during the call only
   * @param offset first byte
   * @param length number of bytes
   * @throws IllegalStateException when the execution is finished
   */
  public synchronized void write(Channel channel, byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    Objects.requireNonNull(channel);
    if (finished) {
      throw new IllegalStateException("the execution is finished");
    }
    int block = filter.policy().limits().blockBytes();
    int at = offset;
    int end = offset + length;
    while (at < end) {
      int taken = Math.min(end - at, block - log.size());
      log.append(channel, bytes, at, taken);
      report.bytesIn += taken;
      at += taken;
      if (log.size() == block) {
        process(log.size() - filter.policy().limits().holdBackBytes(), false);
      }
    }
  }

  /**
   * Releases the lines that are whole, for somebody who watches. What is released this early was
   * examined with what came before it, but not with what follows: of a secret, or a copy of the
   * context, that goes on in lines to come, only those are then covered. Without this call nothing
   * leaves before all that could belong to it was seen, or the block was full.
   */
  public synchronized void releaseLines() {
    if (finished) {
      throw new IllegalStateException("the execution is finished");
    }
    int lines = log.lastLineEnd();
    if (lines > 0) {
      process(lines, false);
    }
  }

  /**
   * Ends the execution: examines what was held back, releases it, and hands the ends of the
   * channels to the session. A second call gives the same report.
   *
   * @return what was found
   */
  public synchronized EgressReport finish() {
    if (!finished) {
      if (log.size() > 0) {
        process(log.size(), true);
      }
      finished = true;
      if (continues) {
        state.remember(tails, arrivals);
      }
    }
    return report.build();
  }

  /** Sets what stands before the first byte of a channel without being part of the output. */
  void precede(Channel channel, byte[] prefix) {
    tails.put(channel, new Tail(prefix));
  }

  private Tail tail(Channel channel) {
    return tails.computeIfAbsent(channel, c -> continues ? state.tail(c) : Tail.EMPTY);
  }

  private void process(int settle, boolean last) {
    Painting painting = new Painting(log.size());
    int settled = settle;
    try {
      List<View> views = views();
      boolean patient = !mayAllBeCopies(views.size());
      for (View view : views) {
        paint(view, settled, views.size() > 1 && view != views.getLast(), patient, painting);
      }
    } catch (RuntimeException | StackOverflowError failure) {
      painting = new Painting(log.size());
      View all = View.ofAll(log, Tail.EMPTY);
      Span span =
          new Span(0, log.size(), "filter-failure", Confidence.LOW, Span.Kind.LIMIT, List.of());
      painting.paint(all, span, 0, log.size(), "");
      settled = log.size();
    }
    for (Map.Entry<Channel, Carry> entry : carries.entrySet()) {
      entry.setValue(
          entry
              .getValue()
              .cover(View.ofChannel(log, entry.getKey(), tail(entry.getKey())), painting));
    }
    deepSeen += log.size();
    int released = painting.boundary(settled);
    release(painting, released);
    if (!last && released == log.size()) {
      carryOn(painting, released);
    }
    forget(released);
  }

  private List<View> views() {
    List<View> views = new ArrayList<>();
    List<Channel> present = new ArrayList<>();
    for (int piece = 0; piece < log.pieces(); piece++) {
      if (!present.contains(log.pieceChannel(piece))) {
        present.add(log.pieceChannel(piece));
        views.add(View.ofChannel(log, log.pieceChannel(piece), tail(log.pieceChannel(piece))));
      }
    }
    if (present.size() > 1 || !Arrays.equals(arrivals.bytes(), tail(present.getFirst()).bytes())) {
      views.add(View.ofAll(log, arrivals));
    }
    return views;
  }

  /**
   * Whether the budget covers all that is held, once for each view of it: then it need not be
   * compared with the context.
   */
  private boolean mayAllBeCopies(int views) {
    for (int piece = 0; piece < log.pieces(); piece++) {
      if (filter.policy().of(log.pieceChannel(piece)).echo() != EchoMode.BUDGET) {
        return false;
      }
    }
    return (long) views * log.size() <= Math.min(echoLeft, state.echoLeft());
  }

  private void paint(
      View view, int settled, boolean besideAll, boolean patient, Painting painting) {
    List<Span> spans =
        filter.find(
            view.text(),
            view.length(),
            contexts,
            budget,
            deepSeen < filter.policy().limits().deepBytes(),
            patient);
    spans.sort(BY_START);
    for (Span span : spans) {
      int from = Math.max(span.start(), view.from());
      if (span.end() > from && !(besideAll && Cuts.decidedByAll(log, view, span, from))) {
        decide(view, span, from, settled, painting);
      }
    }
  }

  private void decide(View view, Span span, int from, int settled, Painting painting) {
    ChannelPolicy policy = policyAt(view.place(from));
    switch (span.kind()) {
      case ENGINE_SECRET -> cover(view, span, from, span.end(), painting);
      case SECRET, LIMIT -> {
        if (AllowedValues.contains(filter.policy().allowedValues(), view, span)) {
          return;
        }
        if (policy.secrets() == SecretMode.REDACT) {
          cover(view, span, from, span.end(), painting);
        } else if (policy.secrets() == SecretMode.REPORT && view.place(from) < settled) {
          note(view, span, from, span.end());
        }
      }
      case ECHO, OPAQUE -> decideEcho(view, span, from, settled, painting, policy.echo());
    }
  }

  private void decideEcho(
      View view, Span span, int from, int settled, Painting painting, EchoMode mode) {
    int to = span.end();
    while (to > from && view.place(to - 1) >= settled) {
      to--;
    }
    if (to == from) {
      return;
    }
    switch (mode) {
      case OFF -> {}
      case REPORT -> {
        state.countEcho(channelAt(view.place(from)), to - from);
        note(view, span, from, to);
      }
      case DENY -> cover(view, span, from, to, painting);
      case BUDGET -> {
        if (span.kind() == Span.Kind.OPAQUE) {
          if (state.takeOpaque(to - from)) {
            note(view, span, from, to);
          } else {
            cover(view, span, from, to, painting);
          }
          return;
        }
        int wanted = (int) Math.min(to - from, echoLeft);
        int granted = state.takeEcho(wanted);
        echoLeft -= granted;
        if (granted > 0) {
          state.countEcho(channelAt(view.place(from)), granted);
          note(view, span, from, from + granted);
        }
        if (from + granted < to) {
          cover(view, span, from + granted, to, painting);
        }
      }
    }
  }

  private void cover(View view, Span span, int from, int to, Painting painting) {
    painting.paint(view, span, from, to, state.tag(view.text(), span.start(), span.end()));
  }

  private void note(View view, Span span, int from, int to) {
    String tag = state.tag(view.text(), span.start(), span.end());
    int place = view.place(from);
    report.add(span, channelAt(place), offset(place), to - from, Action.REPORTED, tag);
  }

  private Channel channelAt(int place) {
    return log.pieceChannel(log.pieceAt(place));
  }

  private ChannelPolicy policyAt(int place) {
    return filter.policy().of(channelAt(place));
  }

  private long offset(int place) {
    Channel channel = channelAt(place);
    return offsets.getOrDefault(channel, 0L) + log.count(channel, place);
  }

  private void release(Painting painting, int upTo) {
    for (int piece = 0; piece < log.pieces() && log.pieceStart(piece) < upTo; piece++) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      int end = Math.min(upTo, log.pieceEnd(piece));
      int at = log.pieceStart(piece);
      if (painting.isEmpty()) {
        send(log.pieceChannel(piece), Arrays.copyOfRange(log.bytes(), at, end));
        continue;
      }
      while (at < end) {
        int from = at;
        if (!painting.covered(at)) {
          while (at < end && !painting.covered(at)) {
            at++;
          }
          out.write(log.bytes(), from, at - from);
          continue;
        }
        Painting.Area area = painting.area(at);
        at = painting.areaEnd(at, end);
        if (!area.written) {
          area.written = true;
          out.writeBytes(marker(area));
          Action action = area.best().kind() == Span.Kind.LIMIT ? Action.WITHHELD : Action.REDACTED;
          report.add(
              area.best(), log.pieceChannel(piece), offset(from), at - from, action, area.tag());
        }
      }
      send(log.pieceChannel(piece), out.toByteArray());
    }
  }

  private static byte[] marker(Painting.Area area) {
    String tag = area.tag().isEmpty() ? "" : "#" + area.tag();
    return ("[REDACTED:" + area.best().rule() + tag + "]").getBytes(StandardCharsets.US_ASCII);
  }

  private void send(Channel channel, byte[] bytes) {
    if (bytes.length == 0 || exhausted) {
      return;
    }
    int granted = state.takeOutput(bytes.length);
    byte[] allowed = bytes;
    if (granted < bytes.length) {
      exhausted = true;
      ByteArrayOutputStream cut = new ByteArrayOutputStream();
      cut.write(bytes, 0, granted);
      cut.writeBytes("[REDACTED:output-budget]".getBytes(StandardCharsets.US_ASCII));
      allowed = cut.toByteArray();
      Span span = new Span(0, 0, "output-budget", Confidence.HIGH, Span.Kind.LIMIT, List.of());
      report.add(span, channel, offsets.getOrDefault(channel, 0L), 0, Action.WITHHELD, "");
    }
    report.bytesOut += allowed.length;
    sink.release(channel, allowed);
  }

  private void carryOn(Painting painting, int end) {
    if (end > 0 && painting.covered(end - 1)) {
      carries.put(channelAt(end - 1), Carry.of(painting.area(end - 1).best()));
    }
  }

  private void forget(int released) {
    for (int piece = 0; piece < log.pieces() && log.pieceStart(piece) < released; piece++) {
      Channel channel = log.pieceChannel(piece);
      int start = log.pieceStart(piece);
      int end = Math.min(released, log.pieceEnd(piece));
      tails.put(channel, tail(channel).after(log.bytes(), start, end));
      offsets.merge(channel, (long) (end - start), Long::sum);
    }
    arrivals = arrivals.after(log.bytes(), 0, released);
    log.drop(released);
  }
}
