package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds exact copies of known values, and pieces of them of twelve bytes or more, in their plain
 * and encoded forms. Immutable, hence thread-safe.
 */
public final class LiteralIndex {

  /** Pieces shorter than this are not told from chance. */
  static final int SHORTEST_PIECE = 12;

  private static final int WINDOW = 8;
  private static final int STEP = SHORTEST_PIECE - WINDOW + 1;
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
  private static final int BITS = 16;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private record Place(int form, int offset) {}

  private final long[] filter = new long[1 << (BITS - 6)];
  private final List<byte[]> forms = new ArrayList<>();
  private final Map<Long, List<Place>> places = new HashMap<>();
  private final String rule;
  private final Span.Kind kind;

  /** Indexes every form of every value. */
  public LiteralIndex(Collection<byte[]> values, String rule, Span.Kind kind) {
    this.rule = rule;
    this.kind = kind;
    for (byte[] value : values) {
      for (byte[] form : LiteralForms.of(value)) {
        enter(form);
      }
    }
  }

  /** Whether there is nothing to find. */
  public boolean isEmpty() {
    return places.isEmpty();
  }

  private void enter(byte[] form) {
    if (form.length < WINDOW) {
      return;
    }
    forms.add(form);
    for (int offset = 0; offset + WINDOW <= form.length; offset += STEP) {
      long key = (long) LONG.get(form, offset);
      int hash = (int) ((key * MULTIPLIER) >>> (64 - BITS));
      filter[hash >>> 6] |= 1L << hash;
      places.computeIfAbsent(key, k -> new ArrayList<>()).add(new Place(forms.size() - 1, offset));
    }
  }

  /** Adds a span for every maximal piece. */
  public void scan(byte[] text, int to, List<Span> out) {
    if (places.isEmpty()) {
      return;
    }
    int last = to - WINDOW;
    for (int i = 0; i <= last; i++) {
      long key = (long) LONG.get(text, i);
      int hash = (int) ((key * MULTIPLIER) >>> (64 - BITS));
      if ((filter[hash >>> 6] & (1L << hash)) != 0) {
        i = Math.max(i, examine(key, text, i, to, out));
      }
    }
  }

  private int examine(long key, byte[] text, int position, int to, List<Span> out) {
    List<Place> found = places.get(key);
    if (found == null) {
      return position;
    }
    int furthest = position;
    for (Place place : found) {
      byte[] form = forms.get(place.form());
      int start = position;
      int formStart = place.offset();
      while (start > 0 && formStart > 0 && text[start - 1] == form[formStart - 1]) {
        start--;
        formStart--;
      }
      int end = position + WINDOW;
      int formEnd = place.offset() + WINDOW;
      while (end < to && formEnd < form.length && text[end] == form[formEnd]) {
        end++;
        formEnd++;
      }
      if (end - start >= Math.min(SHORTEST_PIECE, form.length)) {
        out.add(new Span(start, end, rule, Confidence.HIGH, kind, List.of()));
        furthest = Math.max(furthest, end - WINDOW);
      }
    }
    return furthest;
  }
}
