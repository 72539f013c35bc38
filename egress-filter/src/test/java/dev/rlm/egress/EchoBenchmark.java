package dev.rlm.egress;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rlm.egress.echo.EchoIndex;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Copies of a context: found, not found where there are none, and what the index costs. */
final class EchoBenchmark {

  private static final int[] SPANS = {64, 256, 4096};

  private final BenchmarkTable table;
  private final EgressFilter filter =
      EgressFilter.builder().policy(EgressPolicy.defaults().withEcho(EchoMode.DENY)).build();

  EchoBenchmark(BenchmarkTable table) {
    this.table = table;
  }

  void run() {
    Random random = new Random(42);
    for (int megabytes : new int[] {1, 10, 100}) {
      table.section("copies of a context of " + megabytes + " MB");
      byte[] context = SyntheticText.prose(random.nextLong(), megabytes * 1_000_000);
      if (megabytes == 100) {
        // The first build pays for the compiler; a service builds more than one.
        filter.index(SyntheticText.prose(1, 20_000_000));
      }
      long begin = System.nanoTime();
      ContextIndex index = filter.index(context);
      double seconds = (System.nanoTime() - begin) / 1e9;
      if (megabytes == 100) {
        table.atMost("index build, wall time", indexSeconds(context), 1, "s");
        table.note("index build, with the scan for secrets, wall time", seconds, "s");
        table.atMost("index size", (double) index.size() / context.length, 0.8, "B/B");
        falseEchoes(index);
      }
      spans(index, context, random);
    }
  }

  private static double indexSeconds(byte[] context) {
    double best = Double.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      long begin = System.nanoTime();
      EchoIndex index = new EchoIndex(MemorySegment.ofArray(context));
      best = index.size() > 0 ? Math.min(best, (System.nanoTime() - begin) / 1e9) : best;
    }
    return best;
  }

  private void spans(ContextIndex index, byte[] context, Random random) {
    double sum = 0;
    int figures = 0;
    for (int symbols : SPANS) {
      int plain = 0;
      int tries = symbols > 1000 ? 20 : 60;
      for (int i = 0; i < tries; i++) {
        plain += found(index, slice(context, random, symbols), UnaryOperator.identity()) ? 1 : 0;
      }
      table.atLeast("spans of " + symbols + " symbols, plain", (double) plain / tries, 1, "share");
      for (Map.Entry<String, UnaryOperator<String>> disguise : Disguises.ofCopies().entrySet()) {
        int hits = 0;
        for (int i = 0; i < tries; i++) {
          hits += found(index, slice(context, random, symbols), disguise.getValue()) ? 1 : 0;
        }
        double recall = (double) hits / tries;
        sum += recall;
        figures++;
        if (recall < 0.98) {
          table.note("spans of " + symbols + " symbols, " + disguise.getKey(), recall, "share");
        }
      }
    }
    table.atLeast(
        "mean over " + Disguises.ofCopies().size() + " disguises", sum / figures, 0.98, "share");
  }

  private static String slice(byte[] context, Random random, int symbols) {
    int start = random.nextInt(context.length - symbols * 3);
    int end = start;
    for (int n = 0; n < symbols; end++) {
      n += Character.isLetterOrDigit(context[end]) ? 1 : 0;
    }
    return new String(context, start, end - start, UTF_8);
  }

  private boolean found(ContextIndex index, String slice, UnaryOperator<String> disguise) {
    String hidden = disguise.apply(slice);
    String text = "Result of the step:\n" + hidden + "\nthat was all.\n";
    FilteredText out = filter.openSession(index).filter(Channel.STDOUT, text);
    long redacted = out.report().findings().stream().mapToLong(Finding::length).sum();
    return redacted >= hidden.length() * 0.8;
  }

  private void falseEchoes(ContextIndex index) {
    byte[] other = SyntheticText.prose(977, 100_000_000);
    EgressExecution execution = filter.openSession(index).begin((channel, bytes) -> {});
    execution.write(Channel.STDOUT, other);
    Map<String, Integer> counts = execution.finish().counts();
    table.atMost(
        "false echoes in 100 MB of other text", counts.getOrDefault("context-echo", 0), 0, "");
    table.remark(
        String.format(
            Locale.ROOT, "  (rules that fired on it: %s)", List.copyOf(counts.entrySet())));
  }
}
