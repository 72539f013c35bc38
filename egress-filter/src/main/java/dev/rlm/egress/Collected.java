package dev.rlm.egress;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A sink that keeps everything, whatever the channel. */
final class Collected implements EgressSink {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Override
  public void release(Channel channel, byte[] released) {
    bytes.writeBytes(released);
  }

  String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
