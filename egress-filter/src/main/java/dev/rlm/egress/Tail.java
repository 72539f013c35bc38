package dev.rlm.egress;

/**
 * The last raw bytes that went before, which give new bytes their left neighbourhood. Immutable.
 */
final class Tail {

  /** Bytes kept; no rule looks further back. */
  static final int MAXIMUM = 2048;

  static final Tail EMPTY = new Tail(new byte[0]);

  private final byte[] bytes;

  Tail(byte[] bytes) {
    this.bytes = bytes;
  }

  byte[] bytes() {
    return bytes;
  }

  /** The tail after more bytes have gone. */
  Tail after(byte[] more, int from, int to) {
    int added = to - from;
    if (added >= MAXIMUM) {
      byte[] result = new byte[MAXIMUM];
      System.arraycopy(more, to - MAXIMUM, result, 0, MAXIMUM);
      return new Tail(result);
    }
    int kept = Math.min(bytes.length, MAXIMUM - added);
    byte[] result = new byte[kept + added];
    System.arraycopy(bytes, bytes.length - kept, result, 0, kept);
    System.arraycopy(more, from, result, kept, added);
    return new Tail(result);
  }
}
