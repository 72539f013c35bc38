package dev.rlm.egress;

import dev.rlm.egress.decode.Decoded;
import dev.rlm.egress.decode.Views;
import dev.rlm.egress.echo.EchoScanner;
import dev.rlm.egress.scan.Bytes;
import dev.rlm.egress.scan.LiteralIndex;
import dev.rlm.egress.scan.ScanBudget;
import dev.rlm.egress.scan.Scanner;
import dev.rlm.egress.scan.Span;
import dev.rlm.egress.scan.TokenRuns;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at one text through all detectors and all views. Views of views go to a fixed depth, and
 * all of them together to a multiple of the text's length. Used for one text only.
 */
final class Inspector {

  private static final int DEPTH = 4;
  private static final int SHARE = 4;
  private static final int MOST_STRIDES = 4;

  /** Bytes around a run of token bytes in which the rest of what it belongs to stands. */
  private static final int AROUND = 256;

  /** Bytes that are rather looked at in vain than left out between two parts. */
  private static final int WORTH_TWO = 1024;

  private final Scanner scanner;
  private final List<LiteralIndex> literals;
  private final List<EchoScanner> echoes;
  private final boolean hasContext;
  private final ScanBudget budget;
  private final boolean deep;
  private long left;

  Inspector(
      Scanner scanner,
      List<LiteralIndex> literals,
      List<EchoScanner> echoes,
      boolean hasContext,
      ScanBudget budget,
      boolean deep) {
    this.scanner = scanner;
    this.literals = literals;
    this.echoes = echoes;
    this.hasContext = hasContext;
    this.budget = budget;
    this.deep = deep;
  }

  List<Span> inspect(byte[] text, int to) {
    left = (long) to * SHARE + 4096;
    List<Span> spans = new ArrayList<>();
    TokenRuns runs = TokenRuns.of(text, to);
    look(text, to, runs, spans);
    decode(text, to, runs, 0, true, spans);
    if (deep) {
      transform(text, to, runs, spans);
    }
    scanner.markers().leaveAlone(text, to, spans);
    return spans;
  }

  private void look(byte[] text, int to, TokenRuns runs, List<Span> spans) {
    scanner.scan(text, to, runs, budget, spans);
    for (LiteralIndex index : literals) {
      index.scan(text, to, spans);
    }
    for (EchoScanner echo : echoes) {
      echo.scan(text, to, spans);
    }
  }

  private void decode(
      byte[] text, int to, TokenRuns runs, int depth, boolean disguises, List<Span> spans) {
    Views.encoded(
        text,
        to,
        runs,
        view -> visit(view, depth, spans),
        (start, end) -> opaque(start, end, spans));
    if (deep && disguises) {
      Views.disguised(text, to, view -> visit(view, depth, spans));
    }
  }

  private void visit(Decoded view, int depth, List<Span> spans) {
    // These show text that was looked at already in another way, so that nothing is lost without
    // them.
    boolean partial = view.name().equals("joined") || view.name().equals("escapes");
    if (left < view.length()) {
      if (!partial) {
        withhold(view, spans);
      }
      return;
    }
    left -= view.length();
    List<Span> inner = new ArrayList<>();
    TokenRuns runs = TokenRuns.of(view.bytes(), view.length());
    look(view.bytes(), view.length(), runs, inner);
    if (depth + 1 < DEPTH) {
      decode(view.bytes(), view.length(), runs, depth + 1, !partial, inner);
      unpack(view, depth, inner, spans);
    }
    for (Span span : inner) {
      if (!view.touches(span.start(), span.end())) {
        continue;
      }
      Span mapped = mapped(span, view);
      if (!partial || mapped.end() - mapped.start() != span.end() - span.start()) {
        spans.add(mapped);
      }
    }
  }

  private void unpack(Decoded view, int depth, List<Span> inner, List<Span> spans) {
    if (!Views.isPacked(view)) {
      return;
    }
    int most = (int) Math.min(Integer.MAX_VALUE, left);
    int read = Views.unpack(view, most, unpacked -> visit(unpacked, depth + 1, inner));
    if (read >= most) {
      left = 0;
      withhold(view, spans);
    }
  }

  /** What there is no budget left to look into does not leave. */
  private static void withhold(Decoded view, List<Span> spans) {
    int start = view.sourceStart(0, view.length());
    int end = view.sourceEnd(0, view.length());
    spans.add(
        new Span(start, end, "scan-limit", Confidence.LOW, Span.Kind.LIMIT, List.of(view.name())));
  }

  /** Data that might be the context in a private code counts only where there is a context. */
  private void opaque(int start, int end, List<Span> spans) {
    if (hasContext) {
      spans.add(new Span(start, end, "opaque-data", Confidence.LOW, Span.Kind.OPAQUE, List.of()));
    }
  }

  /** Views of the whole text, or of all of it in which they may show something. */
  private void transform(byte[] text, int to, TokenRuns runs, List<Span> spans) {
    int run = 0;
    while (run < runs.count()) {
      int from = Math.max(0, runs.start(run) - AROUND);
      int end = runs.end(run++) + AROUND;
      while (run < runs.count() && runs.start(run) - AROUND < end + WORTH_TWO) {
        end = runs.end(run++) + AROUND;
      }
      turn(text, wordStart(text, from), wordEnd(text, Math.min(to, end), to), spans);
    }
    for (EchoScanner echo : echoes) {
      if (Views.hasPrefixes(text, to)) {
        copies(echo, Views.unprefixed(text, to), spans);
      }
      for (int stride = 2; stride <= MOST_STRIDES; stride++) {
        echo.scanStrided(text, to, stride, spans);
      }
    }
  }

  /**
   * Views of a part backwards and rotated. Only what is beyond doubt counts in them, for they make
   * words look random: formats, which have a long run of token bytes.
   */
  private void turn(byte[] text, int from, int to, List<Span> spans) {
    formats(Views.reversed(text, from, to), spans);
    formats(Views.rotated(text, from, to), spans);
  }

  private static int wordStart(byte[] text, int from) {
    int start = from;
    while (start > 0 && Bytes.isToken(text[start - 1])) {
      start--;
    }
    return start;
  }

  private static int wordEnd(byte[] text, int from, int to) {
    int end = from;
    while (end < to && Bytes.isToken(text[end])) {
      end++;
    }
    return end;
  }

  private void formats(Decoded view, List<Span> spans) {
    List<Span> inner = new ArrayList<>();
    scanner.scanForFormats(view.bytes(), view.length(), budget, inner);
    inner.forEach(span -> spans.add(mapped(span, view)));
  }

  private static void copies(EchoScanner echo, Decoded view, List<Span> spans) {
    List<Span> inner = new ArrayList<>();
    echo.scan(view.bytes(), view.length(), inner);
    inner.forEach(span -> spans.add(mapped(span, view)));
  }

  private static Span mapped(Span span, Decoded view) {
    List<String> chain = new ArrayList<>();
    chain.add(view.name());
    chain.addAll(span.chain());
    return new Span(
        view.sourceStart(span.start(), span.end()),
        view.sourceEnd(span.start(), span.end()),
        span.rule(),
        span.confidence(),
        span.kind(),
        chain);
  }
}
