package dev.rlm.egress.match;

/**
 * Puts literals that were found by bytes in their middle in the order of their starts. Hands on many at
 * a time: how many are ripe could be foretold of no one of them. Not thread-safe.
 */
final class OrderedHits {

  private final AnchorIndex.Hit hit;
  private final int furthest;
  private Anchor[] anchors = new Anchor[64];
  private int[] starts = new int[64];
  private int first;
  private int end;

  /** Takes who is told, and how far behind its start a literal may be found at most. */
  OrderedHits(AnchorIndex.Hit hit, int furthest) {
    this.hit = hit;
    this.furthest = furthest;
  }

  /** Adds one that starts at a place and was found at another; places come in their order. */
  void add(Anchor anchor, int start, int position) {
    if (end == anchors.length) {
      release(position - furthest);
      makeRoom();
    }
    int at = end++;
    while (at > first
        && (starts[at - 1] > start || (starts[at - 1] == start && anchors[at - 1].id() > anchor.id()))) {
      anchors[at] = anchors[at - 1];
      starts[at] = starts[at - 1];
      at--;
    }
    anchors[at] = anchor;
    starts[at] = start;
  }

  private void makeRoom() {
    int held = end - first;
    Anchor[] room = held * 2 > anchors.length ? new Anchor[anchors.length * 2] : anchors;
    int[] places = room == anchors ? starts : new int[room.length];
    System.arraycopy(anchors, first, room, 0, held);
    System.arraycopy(starts, first, places, 0, held);
    anchors = room;
    starts = places;
    first = 0;
    end = held;
  }

  /** Hands on what starts before a place, before which nothing more can be found. */
  void release(int before) {
    while (first < end && starts[first] < before) {
      Anchor anchor = anchors[first];
      hit.at(anchor.id(), starts[first++], anchor.bytes().length);
    }
  }
}
