package dev.rlm.engine.sandbox;

/**
 * What one sandbox may use at most.
 *
 * @param memory memory and swap together, at least 32 MiB: less does not start Python under gVisor
 * @param processes processes and threads that the guest may have at one time, 10 to 1,000
 * @param cpus share of processor time in cores, 0.01 to 64: the kernel gives no smaller one
 * @param temporaryFiles size of {@code /tmp}, which counts against the memory as well
 */
public record ResourceLimits(ByteSize memory, int processes, double cpus, ByteSize temporaryFiles) {

  /** Rejects figures outside the bounds with {@link IllegalArgumentException}. */
  public ResourceLimits {
    require(memory.compareTo(ByteSize.mebibytes(32)) >= 0, "memory", memory, "at least 32m");
    require(processes >= 10 && processes <= 1_000, "processes", processes, "10 to 1000");
    require(cpus >= 0.01 && cpus <= 64, "cpus", cpus, "at least 0.01 and at most 64");
    require(
        temporaryFiles.bytes() > 0 && temporaryFiles.compareTo(memory) <= 0,
        "temporary files",
        temporaryFiles,
        "more than 0 and at most the memory limit");
  }

  private static void require(boolean holds, String what, Object value, String bounds) {
    if (!holds) {
      throw new IllegalArgumentException(what + " limit " + value + " is not " + bounds);
    }
  }
}
