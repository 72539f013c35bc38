package dev.rlm.egress.match;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Thompson's construction. A state has one byte transition or any number of empty ones. */
final class Nfa {

  static final int MAXIMUM_STATES = 100_000;

  final List<@Nullable BitSet> on = new ArrayList<>();
  final List<Integer> to = new ArrayList<>();
  final List<int[]> empty = new ArrayList<>();
  final int start;
  final int accept;

  Nfa(Node node) {
    start = state();
    accept = build(node, start);
  }

  /** Builds the part after {@code from} and gives the state in which it ends. */
  private int build(Node node, int from) {
    return switch (node) {
      case Node.OneOf one -> {
        int end = state();
        on.set(from, one.bytes());
        to.set(from, end);
        yield end;
      }
      case Node.Sequence sequence -> {
        int last = from;
        for (Node part : sequence.parts()) {
          last = build(part, last);
        }
        yield last;
      }
      case Node.Choice choice -> {
        int end = state();
        for (Node option : choice.options()) {
          int begin = state();
          link(from, begin);
          link(build(option, begin), end);
        }
        yield end;
      }
      case Node.Repeat repeat -> repeat(repeat, from);
    };
  }

  private int repeat(Node.Repeat repeat, int from) {
    int last = from;
    for (int i = 0; i < repeat.minimum(); i++) {
      last = build(repeat.part(), last);
    }
    int end = state();
    if (repeat.maximum() < 0) {
      int loop = state();
      link(last, loop);
      int body = state();
      link(loop, body);
      link(build(repeat.part(), body), loop);
      link(loop, end);
      return end;
    }
    for (int i = repeat.minimum(); i < repeat.maximum(); i++) {
      // Each optional copy may leave straight to the end, so that closures stay small however large
      // the bound is.
      int begin = state();
      link(last, begin);
      link(last, end);
      last = build(repeat.part(), begin);
    }
    link(last, end);
    return end;
  }

  private int state() {
    if (on.size() >= MAXIMUM_STATES) {
      throw new ShapeException("the shape needs more than " + MAXIMUM_STATES + " states");
    }
    on.add(null);
    to.add(-1);
    empty.add(new int[0]);
    return on.size() - 1;
  }

  private void link(int from, int target) {
    int[] old = empty.get(from);
    int[] grown = Arrays.copyOf(old, old.length + 1);
    grown[old.length] = target;
    empty.set(from, grown);
  }
}
