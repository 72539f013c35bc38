package dev.rlm.egress;

/**
 * How much of the context may be copied out where a channel's mode is {@link EchoMode#BUDGET}.
 *
 * @param minimumRun the shortest run that counts, in letters and digits; shorter than {@link
 *     ContextIndex#GUARANTEED_RUN} it is found only by chance
 * @param perExecutionBytes bytes of copied text that one execution may release
 * @param perSessionBytes bytes of copied text that one session may release
 * @param opaqueBytes bytes per session of decoded data that is as random as encrypted or compressed
 *     data and has no harmless type
 */
public record EchoBudget(
    int minimumRun, long perExecutionBytes, long perSessionBytes, long opaqueBytes) {

  /**
   * Refuses a minimum run below 24 symbols, where ordinary phrases would count, and negative
   * budgets.
   */
  public EchoBudget {
    if (minimumRun < 24) {
      throw new IllegalArgumentException("minimumRun must be at least 24");
    }
    if (perExecutionBytes < 0 || perSessionBytes < 0 || opaqueBytes < 0) {
      throw new IllegalArgumentException("budgets must not be negative");
    }
  }

  /**
   * The budget that holds when nothing is configured: a fifth of a 20,000 byte output in one
   * execution, twenty times that in a session.
   *
   * @return runs of the guaranteed length, 4 kB an execution, 80 kB a session
   */
  public static EchoBudget defaults() {
    return new EchoBudget(ContextIndex.GUARANTEED_RUN, 4_000, 80_000, 1_024);
  }
}
