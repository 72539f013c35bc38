package dev.rlm.engine.client;

/** A session in an engine: one sandbox whose state is kept from one execution to the next. */
public final class RemoteSession implements AutoCloseable {

  private final EngineClient client;
  private final String id;

  RemoteSession(EngineClient client, String id) {
    this.client = client;
    this.id = id;
  }

  /**
   * Starts to run code in it.
   *
   * @throws ClientException when the engine cannot be reached or the session is not there
   */
  public RunningCode run(Code code) throws InterruptedException {
    return client.runInSession(id, code, Offer.NOTHING);
  }

  /**
   * Starts to run code in it that may call functions of the caller's.
   *
   * @throws ClientException when the engine cannot be reached or the session is not there
   */
  public CallingCode run(Code code, Offer offer) throws InterruptedException {
    return client.runInSession(id, code, offer);
  }

  /**
   * Returns whether the session is still there.
   *
   * @throws ClientException when the engine cannot be reached
   */
  public boolean exists() throws InterruptedException {
    return client.hasSession(id);
  }

  /** Ends the session; an engine that cannot be reached ends it by itself when its time is up. */
  @Override
  public void close() {
    client.endSession(id);
  }
}
