package dev.rlm.egress.echo;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * Windows of a context document, to be found again at any offset of another text. Immutable after
 * construction, hence thread-safe.
 *
 * <p>The windows are chosen by their content ({@link Minimizers}), in the document and in texts
 * alike, so a run is found from {@value #GUARANTEED} symbols on. A {@link WindowFilter} keeps queries
 * out of the {@link WindowTable}, and {@link Scraps} show where no window need be chosen at all. All
 * three together are at most 0.75 byte per byte of context, whatever it holds; every hit is compared
 * with the document itself.
 */
public final class EchoIndex {

  /** Symbols from which on a run is found in any case. */
  public static final int GUARANTEED = Minimizers.NEEDED;

  /** Bytes from which on a document is read by two threads. */
  private static final long WORTH_TWO = 4 << 20;

  final ContextText text;
  final Steps steps;
  final Scraps scraps;
  final WindowFilter filter;
  final WindowTable table;

  /**
   * Indexes a document, which must not change any more and, off heap, must stay open as long as the
   * index is used. Takes a second thread for a large one.
   */
  public EchoIndex(MemorySegment context) {
    long size = context.byteSize();
    if (size >= 1L << 32) {
      throw new IllegalArgumentException("a context is indexed up to 4 GiB");
    }
    text = new ContextText(context);
    steps = new Steps(new SplittableRandom());
    table = new WindowTable(size);
    long middle = size < WORTH_TWO ? size : size / 2 / Symbols.STRETCH * Symbols.STRETCH;
    PartIndexer part = new PartIndexer(text, steps, table);
    if (middle < size) {
      CompletableFuture<PartIndexer> rest =
          CompletableFuture.supplyAsync(() -> index(middle, size), EchoIndex::start);
      part.read(0, middle);
      part.addAll(rest.join());
    } else {
      part.read(0, size);
    }
    scraps = part.scraps();
    filter = part.filter();
  }

  private static void start(Runnable part) {
    Thread.ofPlatform().name("context-index").daemon().start(part);
  }

  private PartIndexer index(long from, long to) {
    PartIndexer part = new PartIndexer(text, steps, table);
    part.read(from, to);
    return part;
  }

  /** Bytes that the index takes up, without the document. */
  public long size() {
    return table.size() + filter.size() + scraps.size();
  }
}
