package dev.rlm.egress.match;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A deterministic automaton for a byte shape. Matching is anchored, finds the longest match, reads
 * every byte once, allocates nothing and cannot backtrack: its time is bounded by the length of the
 * match plus one, whatever the text. Immutable, hence thread-safe.
 */
public final class Shape {

  private static final int MAXIMUM_STATES = 20_000;
  private static final int DEAD = 0;
  private static final int START = 1;

  private final byte[] classOf = new byte[256];
  private final int classes;
  private final int[] next;
  private final boolean[] accepting;

  private Shape(Nfa nfa) {
    classes = classify(nfa);
    List<int[]> rows = new ArrayList<>();
    List<Boolean> accepts = new ArrayList<>();
    determinise(nfa, rows, accepts);
    next = new int[rows.size() * classes];
    accepting = new boolean[rows.size()];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, next, i * classes, classes);
      accepting[i] = accepts.get(i);
    }
  }

  /**
   * Compiles a shape.
   *
   * @param text the shape, see {@link ShapeParser} for its grammar
   * @return the automaton
   * @throws ShapeException when the text is no shape or needs more than 20,000 states
   */
  public static Shape compile(String text) {
    return new Shape(new Nfa(ShapeParser.parse(text)));
  }

  /**
   * Finds the longest match that starts at a place.
   *
   * @param bytes the text
   * @param from where the match starts
   * @param to end of the text
   * @return end of the longest match, or -1
   */
  public int match(byte[] bytes, int from, int to) {
    int state = START;
    int end = accepting[START] ? from : -1;
    for (int i = from; i < to; i++) {
      state = next[state * classes + classOf[bytes[i] & 0xff]];
      if (state == DEAD) {
        break;
      }
      if (accepting[state]) {
        end = i + 1;
      }
    }
    return end;
  }

  /** Groups bytes that no set of the automaton tells apart. */
  private int classify(Nfa nfa) {
    Map<BitSet, Integer> seen = new HashMap<>();
    for (BitSet set : nfa.on) {
      if (set != null) {
        seen.putIfAbsent(set, seen.size());
      }
    }
    Map<BitSet, Integer> signatures = new HashMap<>();
    for (int b = 0; b < 256; b++) {
      BitSet signature = new BitSet();
      for (Map.Entry<BitSet, Integer> entry : seen.entrySet()) {
        if (entry.getKey().get(b)) {
          signature.set(entry.getValue());
        }
      }
      signatures.putIfAbsent(signature, signatures.size());
      classOf[b] = (byte) (int) signatures.get(signature);
    }
    if (signatures.size() > 127) {
      throw new ShapeException("the shape tells too many bytes apart");
    }
    return signatures.size();
  }

  private void determinise(Nfa nfa, List<int[]> rows, List<Boolean> accepts) {
    int[] sample = new int[classes];
    for (int b = 255; b >= 0; b--) {
      sample[classOf[b]] = b;
    }
    Map<BitSet, Integer> known = new HashMap<>();
    ArrayDeque<BitSet> queue = new ArrayDeque<>();
    rows.add(new int[classes]);
    accepts.add(false);
    BitSet first = closure(nfa, List.of(nfa.start));
    known.put(first, START);
    queue.add(first);
    rows.add(new int[classes]);
    accepts.add(first.get(nfa.accept));
    while (!queue.isEmpty()) {
      BitSet current = queue.remove();
      int[] row = rows.get(Objects.requireNonNull(known.get(current)));
      Arrays.fill(row, DEAD);
      for (int c = 0; c < classes; c++) {
        BitSet reached = step(nfa, current, sample[c]);
        if (reached.isEmpty()) {
          continue;
        }
        Integer id = known.get(reached);
        if (id == null) {
          id = rows.size();
          if (id >= MAXIMUM_STATES) {
            throw new ShapeException("the shape needs more than " + MAXIMUM_STATES + " states");
          }
          known.put(reached, id);
          queue.add(reached);
          rows.add(new int[classes]);
          accepts.add(reached.get(nfa.accept));
        }
        row[c] = id;
      }
    }
  }

  private static BitSet step(Nfa nfa, BitSet states, int b) {
    List<Integer> targets = new ArrayList<>();
    for (int s = states.nextSetBit(0); s >= 0; s = states.nextSetBit(s + 1)) {
      BitSet on = nfa.on.get(s);
      if (on != null && on.get(b)) {
        targets.add(nfa.to.get(s));
      }
    }
    return closure(nfa, targets);
  }

  private static BitSet closure(Nfa nfa, List<Integer> from) {
    BitSet set = new BitSet();
    ArrayDeque<Integer> open = new ArrayDeque<>(from);
    while (!open.isEmpty()) {
      int s = open.remove();
      if (!set.get(s)) {
        set.set(s);
        for (int target : nfa.empty.get(s)) {
          open.add(target);
        }
      }
    }
    return set;
  }
}
