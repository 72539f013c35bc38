package dev.rlm.engine.sandbox.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MessageWriterTest {

  @Test
  void writesABigEndianLengthAndJson() {
    byte[] frame = MessageWriter.frame(new HostMessage.Interrupt("é"));
    byte[] body = "{\"type\":\"interrupt\",\"id\":\"é\"}".getBytes(StandardCharsets.UTF_8);
    assertEquals(body.length, ByteBuffer.wrap(frame).getInt());
    assertArrayEquals(body, Arrays.copyOfRange(frame, 4, frame.length));
  }

  @Test
  void writesCodeAsItIs() throws IOException {
    String code = "print(\"\\n\u0000\u2028😀\")\r\n# ü";
    JsonNode message = body(new HostMessage.Execute("1", code, Optional.empty(), List.of()));
    assertEquals(code, message.get("code").textValue());
    assertEquals("execute", message.get("type").textValue());
    assertEquals("1", message.get("id").textValue());
    assertEquals(3, message.size(), "an absent context leaves the variable as it is");
  }

  @Test
  void embedsTheContextWithoutChangingADigit() {
    String context = "{\"n\":1.00000000000000000001e400,\"s\":\"\\ud83d\\ude00\"}";
    byte[] frame = MessageWriter.frame(new HostMessage.Execute("1", "", Optional.of(new HostMessage.Context.Json(context)), List.of()));
    assertEquals(
        "{\"type\":\"execute\",\"id\":\"1\",\"code\":\"\",\"context\":" + context + "}",
        new String(frame, 4, frame.length - 4, StandardCharsets.UTF_8));
  }

  @Test
  void writesTextThatIsNoUnicodeAsEscapes() throws IOException {
    assertEquals("\ud800", body(new HostMessage.Execute("1", "\ud800", Optional.empty(), List.of())).get("code").textValue());
  }

  @Test
  void tellsANullContextFromNone() throws IOException {
    assertEquals(true, body(new HostMessage.Execute("1", "", Optional.of(new HostMessage.Context.Json("null")), List.of())).get("context").isNull());
  }

  @Test
  void refusesAFrameThatIsTooLarge() {
    int overhead = MessageWriter.frame(new HostMessage.Execute("1", "", Optional.empty(), List.of())).length - 4;
    String most = "x".repeat(MessageWriter.MAX_FRAME - overhead);
    assertEquals(
        MessageWriter.MAX_FRAME + 4,
        MessageWriter.frame(new HostMessage.Execute("1", most, Optional.empty(), List.of())).length);
    assertThrows(
        IllegalArgumentException.class,
        () -> MessageWriter.frame(new HostMessage.Execute("1", most + "x", Optional.empty(), List.of())));
  }

  private static JsonNode body(HostMessage message) throws IOException {
    byte[] frame = MessageWriter.frame(message);
    return new ObjectMapper().readTree(frame, 4, frame.length - 4);
  }
}
