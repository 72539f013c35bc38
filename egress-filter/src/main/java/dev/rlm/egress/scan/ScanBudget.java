package dev.rlm.egress.scan;

/**
 * How much work may still be done for an output. Verifiers are charged with what they cost, about one unit for a nanosecond, so
 * that text made of near misses, or of nothing but secrets, cannot make a scan slow: what there is no work left for is withheld.
 * What one part of the output leaves over is there for the next. Not thread-safe.
 */
public final class ScanBudget {

  /**
   * Half of what a byte may cost altogether. Of harmless text logs that speak of tokens and sessions in every field take most, some
   * nine; a list of passwords takes seventy.
   */
  private static final int PER_BYTE = 10;

  /** Two milliseconds, with which outputs of some 20 kB are examined however dense they are. */
  private static final int ALLOWANCE = 2_000_000;

  /** What every examination costs. */
  private static final int EXAMINATION = 16;

  /** What a finding costs on its way to a marker and a report. */
  private static final int FINDING = 1_000;

  private long left = ALLOWANCE;

  /** Adds what so many bytes are worth. */
  void add(int length) {
    left += (long) length * PER_BYTE;
  }

  /** Charges for bytes that were read, or for what takes as long. */
  void spend(int bytes) {
    left -= bytes;
  }

  /** Charges for an examination that read so many bytes, and for what came of it. */
  void spend(int bytes, int findings) {
    left -= EXAMINATION + bytes + (long) findings * FINDING;
  }

  boolean isSpent() {
    return left < 0;
  }
}
