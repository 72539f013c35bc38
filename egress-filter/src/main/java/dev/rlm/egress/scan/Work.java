package dev.rlm.egress.scan;

/**
 * What is left to be done in a scan. Counts the bytes that verifiers read, so that a text made of near misses cannot make a scan slow.
 * Not thread-safe; one per scan.
 */
final class Work {

  private static final int PER_BYTE = 8;
  private static final int ALLOWANCE = 64 << 10;

  private long left;
  private int settledUpTo;

  Work(int length) {
    left = (long) length * PER_BYTE + ALLOWANCE;
  }

  void spend(int bytes) {
    left -= bytes;
  }

  /** Says that all up to a place is a secret as a whole: nothing in it need be looked at. */
  void settle(int upTo) {
    settledUpTo = Math.max(settledUpTo, upTo);
  }

  boolean isSettled(int place) {
    return place < settledUpTo;
  }

  boolean exhausted() {
    return left < 0;
  }
}
