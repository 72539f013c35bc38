package dev.rlm.egress;

import dev.rlm.egress.scan.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which bytes of an arrival log must not leave. Spans that touch a common byte become one area with
 * one marker; the most telling span names it.
 */
final class Painting {

  /** An area in the making. */
  static final class Area {
    private Span best;
    private String tag;
    private Area target = this;
    boolean written;
    int first;

    private Area(Span span, String tag, int first) {
      this.best = span;
      this.tag = tag;
      this.first = first;
    }

    Span best() {
      return best;
    }

    String tag() {
      return tag;
    }

    private Area root() {
      Area area = this;
      while (area.target != area) {
        area.target = area.target.target;
        area = area.target;
      }
      return area;
    }
  }

  /** The bytes from which on nothing is covered yet. */
  private int clearFrom;

  private final int size;
  private int[] owner = new int[0];
  private final List<Area> areas = new ArrayList<>();

  Painting(int size) {
    this.size = size;
  }

  boolean isEmpty() {
    return areas.isEmpty();
  }

  /** Covers the bytes of a span from {@code from} on, as the view places them. */
  void paint(View view, Span span, int from, int to, String tag) {
    if (owner.length == 0) {
      owner = new int[size];
    }
    Area mine = new Area(span, tag, view.place(from));
    areas.add(mine);
    if (view.isWhole() && mine.first >= clearFrom) {
      clearFrom = mine.first + to - from;
      Arrays.fill(owner, mine.first, clearFrom, areas.size());
      return;
    }
    clearFrom = Math.max(clearFrom, view.place(to - 1) + 1);
    int number = areas.size();
    int joined = number;
    for (int i = from; i < to; i++) {
      int place = view.place(i);
      int other = owner[place];
      if (other == 0) {
        owner[place] = number;
      } else if (other != joined) {
        join(areas.get(other - 1), mine);
        joined = other;
      }
    }
  }

  private static void join(Area one, Area other) {
    Area left = one.root();
    Area right = other.root();
    if (left == right) {
      return;
    }
    if (tellsMore(right.best, left.best)) {
      left.best = right.best;
      left.tag = right.tag;
    }
    left.first = Math.min(left.first, right.first);
    right.target = left;
  }

  /** Whether the first of two spans says more about what they cover than the second. */
  static boolean tellsMore(Span one, Span other) {
    boolean own = one.kind() == Span.Kind.ENGINE_SECRET;
    if (own != (other.kind() == Span.Kind.ENGINE_SECRET)) {
      return own;
    }
    boolean guess = Cuts.isGuess(one);
    if (guess != Cuts.isGuess(other)) {
      return !guess;
    }
    int confidence = one.confidence().compareTo(other.confidence());
    int length = one.end() - one.start() - (other.end() - other.start());
    return confidence != 0
        ? confidence > 0
        : length != 0 ? length > 0 : one.rule().compareTo(other.rule()) < 0;
  }

  boolean covered(int place) {
    return owner.length > 0 && owner[place] != 0;
  }

  /** The area that covers a place; only to be asked where {@link #covered} holds. */
  Area area(int place) {
    return areas.get(owner[place] - 1).root();
  }

  /** Where the area that covers a place ends, or the limit when it goes on. */
  int areaEnd(int place, int limit) {
    Area area = area(place);
    int same = owner[place];
    int at = place;
    while (at < limit && (owner[at] == same || (owner[at] != 0 && area(at) == area))) {
      same = owner[at++];
    }
    return at;
  }

  /** The first place from {@code place} on where no area is cut in two. */
  int boundary(int place) {
    return place > 0 && place < owner.length && covered(place - 1)
        ? areaEnd(place - 1, owner.length)
        : place;
  }
}
