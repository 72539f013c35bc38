package dev.rlm.egress.echo;

import dev.rlm.egress.Confidence;
import dev.rlm.egress.scan.Span;
import java.util.List;
import java.util.function.Consumer;

/**
 * Finds runs of a context document in texts. Keeps its arrays from text to text, hence not
 * thread-safe.
 */
public final class EchoScanner {

  /** Places of symbols in a text, read only when a run was found. */
  private static final class Places {
    private final byte[] text;
    private final int to;
    private int[] places = new int[0];

    Places(byte[] text, int to) {
      this.text = text;
      this.to = to;
    }

    private int at(int symbol) {
      if (places.length == 0) {
        places = new Symbols(to).readPlaces(text, to);
      }
      return places[symbol];
    }

    int start(EchoRun run) {
      return at(run.start());
    }

    int end(EchoRun run) {
      return at(run.end() - 1) + 1;
    }
  }

  private static final String RULE = "context-echo";
  private static final int DISTINCT = 6;

  private final EchoIndex index;
  private final int minimumRun;
  private final int[] candidates = new int[EchoIndex.SAME];
  private final Surroundings surroundings = new Surroundings();
  private byte[] symbols = new byte[0];
  private byte[] steps = new byte[0];

  /** Takes the least number of symbols that count as a copy. */
  public EchoScanner(EchoIndex index, int minimumRun) {
    this.index = index;
    this.minimumRun = minimumRun;
  }

  /** Adds a span for every run of the document in a text. */
  public void scan(byte[] text, int to, List<Span> out) {
    ensure(to);
    int count = Symbols.read(text, to, symbols);
    Steps.write(symbols, count, steps);
    Places places = new Places(text, to);
    search(
        count,
        run ->
            out.add(
                new Span(
                    places.start(run),
                    places.end(run),
                    RULE,
                    Confidence.HIGH,
                    Span.Kind.ECHO,
                    run.chain())));
  }

  /**
   * Adds a span for every run that stands in every so-many-th byte of a text, with anything
   * between.
   */
  public void scanStrided(byte[] text, int to, int stride, List<Span> out) {
    ensure(to / stride + 1);
    for (int offset = 0; offset < stride; offset++) {
      int count = Symbols.readStrided(text, offset, to, stride, symbols);
      Steps.write(symbols, count, steps);
      int first = offset;
      search(count, run -> out.add(strided(text, to, stride, first, run)));
    }
  }

  private static Span strided(byte[] text, int to, int stride, int offset, EchoRun run) {
    int seen = 0;
    int start = offset;
    int end = offset;
    for (int i = offset; i < to && seen < run.end(); i += stride) {
      if (Symbols.of(text[i]) != 0) {
        start = seen == run.start() ? i : start;
        seen++;
        end = i + 1;
      }
    }
    return new Span(start, end, RULE, Confidence.HIGH, Span.Kind.ECHO, List.of("interleaved"));
  }

  private void ensure(int length) {
    if (symbols.length < length + 32) {
      symbols = new byte[length + length / 4 + 32];
      steps = new byte[symbols.length];
    }
  }

  private void search(int count, Consumer<EchoRun> found) {
    int last = count - 1 - Steps.WINDOW;
    Steps hashing = index.steps;
    int i = 0;
    while (i <= last) {
      long hash = hashing.hash(steps, i);
      if (!index.mayContain(hash)) {
        i += EchoIndex.STRIDE;
        continue;
      }
      EchoRun run = verify(hash, i, count);
      if (run.length() >= minimumRun && isVaried(run)) {
        found.accept(run);
      }
      i = Math.max(i + EchoIndex.STRIDE, run.end() - Steps.WINDOW / 2);
    }
  }

  private EchoRun verify(long hash, int at, int count) {
    EchoRun best = EchoRun.NONE;
    if (Steps.isMonotonous(steps, at)) {
      return best;
    }
    int found = index.candidates(hash, candidates);
    for (int c = 0; c < found; c++) {
      int window = index.surroundings(candidates[c], surroundings);
      EchoRun run = EchoRun.around(index.text, surroundings, window, symbols, count, at);
      if (run.length() > best.length()) {
        best = run;
      }
      if (best.length() >= minimumRun) {
        break;
      }
    }
    return best;
  }

  private boolean isVaried(EchoRun run) {
    long seen = 0;
    for (int i = run.start(); i < run.end(); i++) {
      seen |= 1L << symbols[i];
    }
    return Long.bitCount(seen) >= DISTINCT;
  }
}
