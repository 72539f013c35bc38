package dev.rlm.egress.echo;

import dev.rlm.egress.Confidence;
import dev.rlm.egress.scan.Span;
import java.util.List;

/** Finds runs of a context document in texts. Keeps its arrays from text to text, hence not thread-safe. */
public final class EchoScanner {

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
    search(text, to, count, out);
  }

  private void ensure(int length) {
    if (symbols.length < length + 32) {
      symbols = new byte[length + length / 4 + 32];
      steps = new byte[symbols.length];
    }
  }

  private void search(byte[] text, int to, int count, List<Span> out) {
    Steps.write(symbols, count, steps);
    int last = count - 1 - Steps.WINDOW;
    Steps hashing = index.steps;
    int[] places = null;
    int i = 0;
    while (i <= last) {
      long hash = hashing.hash(steps, i);
      if (!index.mayContain(hash)) {
        i += EchoIndex.STRIDE;
        continue;
      }
      EchoRun run = verify(hash, i, count);
      if (run.length() >= minimumRun && isVaried(run)) {
        if (places == null) {
          places = new Symbols(to).readPlaces(text, to);
        }
        out.add(new Span(places[run.start()], places[run.end() - 1] + 1, RULE, Confidence.HIGH, Span.Kind.ECHO, run.chain()));
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
