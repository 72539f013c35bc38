package dev.rlm.engine.client;

/** Hears how far an upload is. Called by one thread at a time; must not block for long. */
@FunctionalInterface
public interface UploadProgress {

  /** Hears nothing. */
  UploadProgress NONE = (_, _) -> {};

  /**
   * So much has been handed to the network.
   *
   * @param sent bytes
   * @param total bytes
   */
  void sent(long sent, long total);
}
