package dev.rlm.egress;

import dev.rlm.egress.echo.EchoIndex;
import dev.rlm.egress.scan.LiteralIndex;

/**
 * A context document, prepared so that copies of it and the secrets in it are found in output.
 * Built by {@link EgressFilter#index(byte[])}; immutable, thread-safe, and meant to be shared by
 * all sessions over the same document.
 */
public final class ContextIndex {

  /**
   * A verbatim run of this many letters and digits is found at whatever offset it starts and
   * wherever in the output it stands, except in text that repeats itself within the run or stands
   * more than sixteen times in the document.
   */
  public static final int GUARANTEED_RUN = EchoIndex.GUARANTEED;

  private final EchoIndex echo;
  private final LiteralIndex secrets;
  private final String contentHash;
  private final long length;

  ContextIndex(EchoIndex echo, LiteralIndex secrets, String contentHash, long length) {
    this.echo = echo;
    this.secrets = secrets;
    this.contentHash = contentHash;
    this.length = length;
  }

  /**
   * SHA-256 of the document, for sharing.
   *
   * @return 64 lower-case hexadecimal digits
   */
  public String contentHash() {
    return contentHash;
  }

  /**
   * Length of the document.
   *
   * @return bytes
   */
  public long length() {
    return length;
  }

  /**
   * Memory that the index takes up, without the document.
   *
   * @return bytes; at most 0.6 for each byte of the document beyond a fixed kilobyte
   */
  public long size() {
    return echo.size();
  }

  EchoIndex echo() {
    return echo;
  }

  LiteralIndex secrets() {
    return secrets;
  }
}
