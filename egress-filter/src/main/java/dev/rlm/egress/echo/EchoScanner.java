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
    private final int count;
    private int[] places = new int[0];

    Places(byte[] text, int to, int count) {
      this.text = text;
      this.to = to;
      this.count = count;
    }

    private int at(int symbol) {
      if (places.length == 0) {
        places = Symbols.places(text, to, count);
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

  /** Symbols that are searched together where a copy may begin, and where it goes on. */
  private static final int STRETCH = 128;

  private static final int LONGEST_STRETCH = 1024;

  private final EchoIndex index;
  private final int minimumRun;
  private final int[] candidates = new int[WindowTable.SAME];
  private final Surroundings surroundings = new Surroundings();
  private final Beginnings beginnings;
  private final Minimizers minimizers;
  private final int[] picked;
  private final int[] window = new int[Steps.WINDOW];
  private byte[] symbols = new byte[0];

  /** Takes the least number of symbols that count as a copy. */
  public EchoScanner(EchoIndex index, int minimumRun) {
    this.index = index;
    this.minimumRun = minimumRun;
    beginnings = new Beginnings(index.scraps, Math.min(minimumRun, Minimizers.NEEDED));
    minimizers = new Minimizers(index.steps);
    picked = new int[minimizers.places.length + 1];
  }

  /** Adds a span for every run of the document in a text. */
  public void scan(byte[] text, int to, List<Span> out) {
    ensure(to);
    int count = Symbols.read(text, to, symbols);
    Places places = new Places(text, to, count);
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
    }
  }

  private void search(int count, Consumer<EchoRun> found) {
    minimizers.begin();
    beginnings.begin(symbols, count);
    int clear = 0;
    int stretch = STRETCH;
    int from = beginnings.next(0);
    while (from + Minimizers.NEEDED <= count) {
      int chosen = minimizers.choose(symbols, from, Math.min(count, from + stretch));
      int likely = index.filter.pick(minimizers.hashes, chosen, picked);
      for (int i = 0; i < likely; i++) {
        int at = minimizers.places[picked[i]];
        if (at < clear) {
          continue;
        }
        EchoRun run = verify(minimizers.hashes[picked[i]], at, count);
        if (run.length() >= minimumRun && isVaried(run)) {
          found.accept(run);
        }
        clear = Math.max(clear, run.end() - Steps.WINDOW / 2);
      }
      int searched = from + stretch - Minimizers.NEEDED + 1;
      from = beginnings.next(searched);
      stretch = from > searched ? STRETCH : Math.min(2 * stretch, LONGEST_STRETCH);
    }
  }

  private EchoRun verify(long hash, int at, int count) {
    EchoRun best = EchoRun.NONE;
    int stretches = index.table.candidates(hash, candidates);
    if (stretches > 0) {
      index.steps.write(symbols, at, Steps.WINDOW, window);
    }
    for (int c = 0; c < stretches && best.length() < minimumRun; c++) {
      long place = (long) candidates[c] * Symbols.STRETCH;
      surroundings.read(index.text, index.steps, place, Symbols.STRETCH + Steps.WINDOW + 1);
      int there = surroundings.find(window, 0);
      while (there >= 0 && best.length() < minimumRun) {
        EchoRun run = EchoRun.around(index.text, surroundings, there, symbols, count, at);
        if (run.length() > best.length()) {
          best = run;
        }
        there = surroundings.find(window, there + 1);
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
