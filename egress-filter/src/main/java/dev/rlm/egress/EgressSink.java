package dev.rlm.egress;

/** Receives bytes that may leave. */
@FunctionalInterface
public interface EgressSink {

  /**
   * Takes released bytes. It is called on the thread that writes or finishes, in the order of
   * release, never with zero bytes.
   *
   * @param channel the channel the bytes belong to
   * @param bytes filtered bytes; the array is the receiver's to keep
   */
  void release(Channel channel, byte[] bytes);
}
