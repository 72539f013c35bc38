package dev.rlm.egress.scan;

/**
 * Counts the bytes that verifiers read, so that a text made of near misses cannot make a scan slow.
 * Not thread-safe; one per scan.
 */
final class Work {

  private static final int PER_BYTE = 8;
  private static final int ALLOWANCE = 64 << 10;

  private long left;

  Work(int length) {
    left = (long) length * PER_BYTE + ALLOWANCE;
  }

  void spend(int bytes) {
    left -= bytes;
  }

  boolean exhausted() {
    return left < 0;
  }
}
