package dev.rlm.egress;

import dev.rlm.egress.echo.EchoIndex;
import dev.rlm.egress.scan.LiteralIndex;
import java.util.concurrent.CompletableFuture;

/**
 * A context document, prepared or being prepared so that copies of it and the secrets in it are
 * found in output. Made by {@link EgressFilter}; thread-safe, and meant to be shared by all sessions
 * over the same document.
 *
 * <p>Sessions may be opened over it at once. Output waits until the document's secrets are known.
 * Until copies of it can be found, output that the budget covers counts as a copy, and other output
 * waits for that too.
 */
public final class ContextIndex {

  /**
   * A verbatim run of this many letters and digits is found at whatever offset it starts and
   * wherever in the output it stands, except in text that repeats itself within the run or stands
   * more than sixteen times in the document.
   */
  public static final int GUARANTEED_RUN = EchoIndex.GUARANTEED;

  private final CompletableFuture<EchoIndex> echo;
  private final CompletableFuture<ContextSecrets> secrets;
  private final long length;

  ContextIndex(
      CompletableFuture<EchoIndex> echo, CompletableFuture<ContextSecrets> secrets, long length) {
    this.echo = echo;
    this.secrets = secrets;
    this.length = length;
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
   * Memory that the index takes up, without the document. Waits until it is built.
   *
   * @return bytes; at most 0.6 for each byte of the document beyond a fixed kilobyte
   */
  public long size() {
    return echo.join().size();
  }

  /** Gives up what is not begun yet. Only for when no session over it is left. */
  public void cancel() {
    echo.cancel(false);
  }

  boolean findsCopies() {
    return echo.isDone();
  }

  /** Waits until it is built. */
  EchoIndex echo() {
    return echo.join();
  }

  /** Waits until they are known. */
  LiteralIndex secrets() {
    return secrets.join().values();
  }
}
