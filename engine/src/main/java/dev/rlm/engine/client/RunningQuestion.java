package dev.rlm.engine.client;

/** A question that an engine is answering. Used by one thread. */
public interface RunningQuestion extends AutoCloseable {

  /**
   * Waits for what happens next. After {@link Step.Ended} or {@link Step.Refused} there is nothing more.
   *
   * @throws ClientException when the connection broke, or nothing at all was heard for too long
   */
  Step next() throws InterruptedException;

  /** Lets go of it: an engine breaks off a run that nobody listens to. */
  @Override
  void close();
}
