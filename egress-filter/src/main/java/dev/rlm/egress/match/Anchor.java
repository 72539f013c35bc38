package dev.rlm.egress.match;

/**
 * A literal that is searched.
 *
 * @param bytes the literal; folded, unless its case counts
 * @param offset where in it the four bytes stand by which it is found
 * @param fold what is added to each byte of a text that is compared with it
 * @param id the number under which it is reported
 */
@SuppressWarnings("ArrayRecordComponent")
record Anchor(byte[] bytes, int offset, int fold, int id) {

  /** Whether it stands at a place, as far as its first bytes are known to do so. */
  boolean stands(byte[] text, int start, int known) {
    for (int i = known; i < bytes.length; i++) {
      if ((text[start + i] | fold) != bytes[i]) {
        return false;
      }
    }
    return true;
  }
}
