package dev.rlm.engine.api;

/** Where events go. Safe for use by many threads; each event arrives whole. */
interface EventSink {

  /**
   * Sends an event.
   *
   * @throws ClientGoneException when the client is no longer there, or does not read
   */
  void send(Event event);

  /** The client is no longer there, or does not read what it is sent. */
  final class ClientGoneException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ClientGoneException(Throwable cause) {
      super("the client is gone", cause);
    }
  }
}
