package dev.rlm.egress.scan;

import java.util.List;

/** What examines a place at which an anchor was found. */
@FunctionalInterface
interface Trigger {

  /**
   * Examines a place.
   *
   * @param text the text
   * @param position where the anchor starts
   * @param length of the anchor
   * @param to end of the text
   * @param work to be charged with the bytes read
   * @param out where findings are added
   * @return the place before which this trigger need not be asked again
   */
  int examine(byte[] text, int position, int length, int to, Work work, List<Span> out);
}
