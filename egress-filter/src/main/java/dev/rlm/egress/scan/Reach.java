package dev.rlm.egress.scan;

/** Tells up to where what an anchor announces may stand: what is withheld when no work is left to look at it. */
@FunctionalInterface
interface Reach {

  /** Most values begin this near: behind a name, its operator and the rest of an entry. */
  int NEAR_BYTES = 256;

  /** What most anchors announce. */
  Reach NEAR = (text, position, to) -> Math.min(to, position + NEAR_BYTES);

  /** What is examined in any case, because it costs so little. */
  Reach NONE = (text, position, to) -> position;

  /** Gives the end, or the position itself if the place is to be examined all the same. */
  int end(byte[] text, int position, int to);
}
