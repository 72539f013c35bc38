package dev.rlm.engine.model;

/** Asks language models. Implementations are safe for use by many threads. */
public interface ModelClient {

  /**
   * Asks once and waits for the whole answer.
   *
   * @throws ModelException when there is no answer by the deadline, or the provider refuses; never says the key
   * @throws InterruptedException when the calling thread was interrupted; the call is broken off
   */
  Completion complete(ModelRequest request) throws InterruptedException;
}
