package dev.rlm.egress.scan;

/**
 * Where what an anchor announces may stand: what is withheld when no work is left to look at it.
 *
 * @param finder finds up to where
 * @param shared whether all anchors before that place reach just as far
 * @param before bytes before the anchor in which it may stand too
 */
record Reach(Finder finder, boolean shared, int before) {

  /** Most values begin this near: behind a name, its operator and the rest of an entry. */
  static final int NEAR_BYTES = 256;

  /** What most anchors announce. */
  static final Reach NEAR = new Reach((text, position, to) -> Math.min(to, position + NEAR_BYTES), false);

  /** What is examined in any case, because it costs so little. */
  static final Reach NONE = new Reach((text, position, to) -> position, false);

  Reach(Finder finder, boolean shared) {
    this(finder, shared, 0);
  }

  /** What stands before an anchor, within so many bytes, as the end of a sentence or a command tells. */
  static Reach before(int bytes) {
    return new Reach(NEAR.finder, false, bytes);
  }

  /** Gives the end for an anchor, or its position if the place is to be examined all the same. */
  @FunctionalInterface
  interface Finder {
    int end(byte[] text, int position, int to);
  }

  int end(byte[] text, int position, int to) {
    return finder.end(text, position, to);
  }
}
