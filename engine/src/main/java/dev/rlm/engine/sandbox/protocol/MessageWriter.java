package dev.rlm.engine.sandbox.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Turns host messages into frames: a 4-byte big-endian length and JSON. */
final class MessageWriter {

  /** Largest frame to a guest, as PROTOCOL.md states it. */
  static final int MAX_FRAME = 64 << 20;

  private static final JsonFactory JSON = new JsonFactory();

  private MessageWriter() {}

  /**
   * Returns the frame of a message.
   *
   * @throws IllegalArgumentException when it is larger than {@link #MAX_FRAME}
   */
  static byte[] frame(HostMessage message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[Integer.BYTES]);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      switch (message) {
        case HostMessage.Execute execute -> {
          json.writeStringField("type", "execute");
          json.writeStringField("id", execute.id());
          json.writeStringField("code", execute.code());
          if (execute.contextJson().isPresent()) {
            json.writeFieldName("context");
            json.writeRawValue(execute.contextJson().get());
          }
        }
        case HostMessage.Interrupt interrupt -> {
          json.writeStringField("type", "interrupt");
          json.writeStringField("id", interrupt.id());
        }
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory does not fail.
    }
    byte[] frame = bytes.toByteArray();
    int length = frame.length - Integer.BYTES;
    if (length > MAX_FRAME) {
      throw new IllegalArgumentException("a message of %d bytes is over the limit of %d".formatted(length, MAX_FRAME));
    }
    ByteBuffer.wrap(frame).putInt(length);
    return frame;
  }
}
