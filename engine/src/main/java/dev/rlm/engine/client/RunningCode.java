package dev.rlm.engine.client;

/** Code that runs in an engine. Used by one thread, but for {@link #interrupt}. */
public interface RunningCode extends AutoCloseable {

  /**
   * Waits for what happens next. After {@link Event.Ended} or {@link Event.Refused} there is nothing more.
   *
   * @throws ClientException when the connection broke, or nothing at all was heard for too long
   */
  Event next() throws InterruptedException;

  /** Asks the engine to interrupt the code; what it says to that, if anything, comes as events. Any thread may call this. */
  void interrupt();

  /** Lets go of the code: an engine interrupts what nobody listens to. */
  @Override
  void close();
}
