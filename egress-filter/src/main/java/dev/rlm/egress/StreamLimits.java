package dev.rlm.egress;

/**
 * Sizes of buffers, in bytes.
 *
 * @param holdBackBytes bytes at the end of a running stream that are not released before more
 *     follows or the execution ends; a secret that comes in pieces further apart than this is only
 *     found where its parts tell by themselves
 * @param blockBytes bytes that are examined together; an execution holds at most this many
 *     unreleased
 * @param deepBytes bytes from the beginning of each execution in which the costlier disguises are
 *     searched for: reversed, rotated, spelled, joined and interleaved text, escapes and number
 *     lists; encoded and packed runs are always looked into
 */
public record StreamLimits(int holdBackBytes, int blockBytes, int deepBytes) {

  /** Refuses blocks that are not at least twice the hold-back, and sizes beyond 16 MiB. */
  public StreamLimits {
    if (holdBackBytes < 256 || blockBytes < 2 * holdBackBytes || blockBytes > 16 << 20) {
      throw new IllegalArgumentException(
          "holdBackBytes must be at least 256, and blockBytes at least twice that and at most 16"
              + " MiB");
    }
    if (deepBytes < 0) {
      throw new IllegalArgumentException("deepBytes must not be negative");
    }
  }

  /**
   * The limits that hold when nothing is configured.
   *
   * @return 16 KiB held back, blocks of 256 KiB, 1 MiB searched deeply
   */
  public static StreamLimits defaults() {
    return new StreamLimits(16 << 10, 256 << 10, 1 << 20);
  }
}
