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
          if (execute.context().isPresent()) {
            writeContext(json, execute.context().get());
          }
          if (!execute.functions().isEmpty()) {
            json.writeArrayFieldStart("functions");
            for (String function : execute.functions()) {
              json.writeString(function);
            }
            json.writeEndArray();
          }
        }
        case HostMessage.ContextPart part -> {
          json.writeStringField("type", "context_part");
          json.writeStringField("id", part.id());
          json.writeStringField("data", part.data());
        }
        case HostMessage.Reply reply -> {
          json.writeStringField("type", "reply");
          json.writeStringField("id", reply.id());
          json.writeNumberField("call", reply.call());
          json.writeFieldName("value");
          json.writeRawValue(reply.valueJson());
        }
        case HostMessage.Failure failure -> {
          json.writeStringField("type", "reply");
          json.writeStringField("id", failure.id());
          json.writeNumberField("call", failure.call());
          json.writeObjectFieldStart("error");
          json.writeStringField("name", failure.name());
          json.writeStringField("message", failure.message());
          json.writeEndObject();
        }
        case HostMessage.Variables variables -> {
          json.writeStringField("type", "variables");
          json.writeStringField("id", variables.id());
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

  private static void writeContext(JsonGenerator json, HostMessage.Context context) throws IOException {
    switch (context) {
      case HostMessage.Context.Json(String text) -> {
        json.writeFieldName("context");
        json.writeRawValue(text);
      }
      case HostMessage.Context.Parts parts -> {
        json.writeObjectFieldStart("context_parts");
        json.writeBooleanField("text", parts.text());
        json.writeNumberField("bytes", parts.bytes());
        json.writeNumberField("characters", parts.characters());
        json.writeEndObject();
      }
      case HostMessage.Context.File file -> {
        json.writeObjectFieldStart("context_file");
        json.writeStringField("path", file.path());
        if (file.index().isPresent()) {
          json.writeStringField("index", file.index().get());
        }
        json.writeBooleanField("text", file.text());
        json.writeNumberField("bytes", file.bytes());
        json.writeNumberField("characters", file.characters());
        json.writeEndObject();
      }
    }
  }
}
