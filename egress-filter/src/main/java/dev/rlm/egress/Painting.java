package dev.rlm.egress;

import dev.rlm.egress.scan.Span;
import java.util.ArrayList;
import java.util.Comparator;
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

  private static final Comparator<Span> TELLING =
      Comparator.comparing((Span span) -> span.kind() == Span.Kind.ENGINE_SECRET)
          .thenComparing(span -> !Cuts.isGuess(span))
          .thenComparing(Span::confidence)
          .thenComparing(span -> span.end() - span.start())
          .thenComparing(Span::rule, Comparator.reverseOrder());

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
    int joined = 0;
    for (int i = from; i < to; i++) {
      int place = view.place(i);
      int other = owner[place];
      if (other == 0) {
        owner[place] = areas.size();
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
    if (TELLING.compare(right.best, left.best) > 0) {
      left.best = right.best;
      left.tag = right.tag;
    }
    left.first = Math.min(left.first, right.first);
    right.target = left;
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
