package dev.rlm.engine.sandbox.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Frames as a guest would write them. */
final class Frames {

  private Frames() {}

  static byte[] of(String json) {
    return of(json.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] of(byte[] body) {
    return ByteBuffer.allocate(Integer.BYTES + body.length).putInt(body.length).put(body).array();
  }

  static byte[] length(int length) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(length).array();
  }

  static String result(String id, String status, String rest) {
    return """
        {"type":"result","id":"%s","status":"%s","result":null,"locals":{},"locals_truncated":false,\
        "error":null,"exit_code":null%s}"""
        .formatted(id, status, rest);
  }
}
