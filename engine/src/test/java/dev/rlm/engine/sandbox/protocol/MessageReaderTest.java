package dev.rlm.engine.sandbox.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.Fuzzer;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.OutputListener.Stream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The reader against whoever is in the sandbox. */
final class MessageReaderTest {

  private static final String FULL_RESULT =
      """
      {"type":"result","id":"1","status":"raised","result":"42",
       "locals":{"x":42,"y":[1.5,null,true,{"k":"v"}],"big":123456789012345678901234567890},
       "locals_truncated":true,
       "error":{"name":"OSError","value":"no","traceback":"Traceback\\n","process_limit":true},"exit_code":null}""";

  // What a sound guest says.

  @Test
  void readsReady() throws IOException {
    assertEquals(
        new GuestMessage.Ready(1, "3.13.5", true),
        read("{\"type\":\"ready\",\"protocol\":1,\"python\":\"3.13.5\",\"guard\":true}"));
  }

  @Test
  void readsOutput() throws IOException {
    assertEquals(
        new GuestMessage.Output("1", Stream.STDOUT, "ü\u0000\n😀"),
        read("{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"ü\\u0000\\n\\ud83d\\ude00\"}"));
    assertEquals(
        new GuestMessage.Output("1", Stream.STDERR, ""), read("{\"type\":\"stderr\",\"id\":\"1\",\"data\":\"\"}"));
  }

  @Test
  void readsAResultWithAllItsFields() throws IOException {
    GuestMessage.Result result = assertInstanceOf(GuestMessage.Result.class, read(FULL_RESULT));
    assertEquals("1", result.id());
    assertEquals(GuestMessage.Status.RAISED, result.status());
    assertEquals(Optional.of("42"), result.value());
    assertEquals(42, result.locals().get("x"));
    assertEquals(Arrays.asList(1.5, null, true, Map.of("k", "v")), result.locals().get("y"));
    assertEquals(new BigInteger("123456789012345678901234567890"), result.locals().get("big"));
    assertTrue(result.localsTruncated());
    assertEquals(Optional.of(new ExecutionError("OSError", "no", "Traceback\n")), result.error());
    assertTrue(result.processLimit());
    assertEquals(0, result.exitCode());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 137, 255})
  void readsTheStatusOfAnExit(int status) throws IOException {
    assertEquals(status, exit(Integer.toString(status)));
  }

  @Test
  void anExitStatusIsCutToAByteAsTheKernelDoes() throws IOException {
    assertEquals(255, exit("-1"));
    assertEquals(0, exit("256"));
    assertEquals(0, exit("-2147483648"));
  }

  @Test
  void readsIntegersAsLongAsPythonWritesThem() throws IOException {
    String digits = "9".repeat(4_300);
    GuestMessage.Result result =
        assertInstanceOf(GuestMessage.Result.class, read(resultWithLocals("{\"n\":" + digits + "}")));
    assertEquals(new BigInteger(digits), result.locals().get("n"));
  }

  @Test
  void readsOneMessageAfterTheOtherUntilTheStreamEndsBetweenThem() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(Frames.of("{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"a\"}"));
    bytes.writeBytes(Frames.of("{\"type\":\"stderr\",\"id\":\"1\",\"data\":\"b\"}"));
    MessageReader reader = new MessageReader(new OneByteAtATime(bytes.toByteArray()));
    assertEquals(Optional.of(new GuestMessage.Output("1", Stream.STDOUT, "a")), reader.read());
    assertEquals(Optional.of(new GuestMessage.Output("1", Stream.STDERR, "b")), reader.read());
    assertEquals(Optional.empty(), reader.read());
  }

  @Test
  void readsAFrameOfTheLargestSizeAndNoLarger() throws IOException {
    int overhead = "{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"\"}".length();
    String most = "x".repeat(MessageReader.MAX_FRAME - overhead);
    assertEquals(
        new GuestMessage.Output("1", Stream.STDOUT, most),
        read("{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"" + most + "\"}"));
    refused("{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"" + most + "x\"}");
  }

  // Frames.

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, MessageReader.MAX_FRAME + 1})
  void refusesALengthThatIsOutOfBounds(int length) {
    MessageReader reader = reader(Frames.length(length));
    ProtocolException e = assertThrows(ProtocolException.class, reader::read);
    assertTrue(String.valueOf(e.getMessage()).contains(Integer.toUnsignedString(length)), e::toString);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void seesAStreamThatEndsInsideAHeader(int bytes) {
    assertThrows(EOFException.class, () -> reader(new byte[bytes]).read());
  }

  @Test
  void seesAStreamThatEndsInsideAFrame() {
    byte[] whole = Frames.of("{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"a\"}");
    for (int cut = 4; cut < whole.length; cut++) {
      byte[] part = Arrays.copyOf(whole, cut);
      assertThrows(EOFException.class, () -> reader(part).read());
    }
  }

  @Test
  void allocatesNothingForALengthAlone() throws IOException {
    allocatedByALengthAlone(); // Loads classes.
    long allocated = allocatedByALengthAlone();
    assertTrue(allocated < MessageReader.MAX_FRAME / 8, () -> allocated + " bytes");
  }

  private static long allocatedByALengthAlone() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    MessageReader reader = new MessageReader(new OneByteAtATime(Frames.length(MessageReader.MAX_FRAME)));
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThrows(EOFException.class, reader::read);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  // JSON.

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "null",
        "1",
        "\"ready\"",
        "[]",
        "{}",
        "[{\"type\":\"ready\",\"protocol\":1,\"python\":\"3\",\"guard\":true}]",
        "{\"type\":\"ready\",\"protocol\":1,\"python\":\"3\",\"guard\":true",
        "{\"type\":\"ready\",\"protocol\":1,\"python\":\"3\",\"guard\":true}}",
        "{\"type\":\"ready\",\"protocol\":1,\"python\":\"3\",\"guard\":true} {}",
        "{\"type\":\"ready\",\"protocol\":1,\"python\":\"3\",\"guard\":true} x",
        "{\"type\":\"ready\",\"protocol\":1,\"python\":\"3\",\"guard\":true,}",
        "{'type':'ready','protocol':1,'python':'3','guard':true}",
        "{type:\"ready\",\"protocol\":1,\"python\":\"3\",\"guard\":true}",
        "/**/{\"type\":\"ready\",\"protocol\":1,\"python\":\"3\",\"guard\":true}",
        "\ufeff\ufeff{\"type\":\"ready\",\"protocol\":1,\"python\":\"3\",\"guard\":true}",
        "\u0000",
        "{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"\u0000\"}",
        "{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"\n\"}",
        "{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"\\x\"}",
        "{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"\\u12\"}",
      })
  void refusesWhatIsNotOneJsonObject(String json) {
    refused(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"stdout\",\"type\":\"stderr\",\"id\":\"1\",\"data\":\"a\"}",
        "{\"type\":\"stdout\",\"id\":\"1\",\"id\":\"1\",\"data\":\"a\"}",
        "{\"type\":\"stdout\",\"id\":\"1\",\"\\u0069d\":\"2\",\"data\":\"a\"}",
      })
  void refusesDuplicateKeys(String json) {
    refused(json);
  }

  @Test
  void refusesDuplicateKeysDeepInside() {
    refused(resultWithLocals("{\"a\":[{\"k\":1,\"k\":2}]}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"NaN", "Infinity", "-Infinity", "1e999", "-1e999", "[1e999]", "{\"a\":[{\"b\":1E400}]}", "01", "+1",
        ".5", "1.", "0x10", "1_000", "nan", "undefined", "True"})
  void refusesNumbersThatAreNone(String number) {
    refused(resultWithLocals("{\"n\":" + number + "}"));
  }

  @Test
  void refusesAnIntegerLongerThanPythonWritesOne() {
    refused(resultWithLocals("{\"n\":" + "9".repeat(4_401) + "}"));
    refused(resultWithLocals("{\"n\":" + "9".repeat(1_000_000) + "}"));
    refused(resultWithLocals("{\"n\":0." + "9".repeat(1_000_000) + "}"));
    refused(resultWithLocals("{\"n\":1e" + "9".repeat(1_000_000) + "}"));
    refused("{\"type\":\"ready\",\"protocol\":" + "1".repeat(1_000_000) + ",\"python\":\"3\",\"guard\":true}");
  }

  @ParameterizedTest
  @ValueSource(ints = {65, 1_000, 100_000})
  void refusesDeepNesting(int depth) {
    refused("[".repeat(depth) + "]".repeat(depth));
    refused("[".repeat(depth));
    refused("{\"a\":".repeat(depth));
    refused(resultWithLocals("{\"n\":" + "[".repeat(depth) + "]".repeat(depth) + "}"));
  }

  @Test
  void readsTheNestingThatAGuestSends() throws IOException {
    assertInstanceOf(
        GuestMessage.Result.class, read(resultWithLocals("{\"n\":" + "[".repeat(32) + "]".repeat(32) + "}")));
  }

  @Test
  void refusesWhatIsNotUtf8() throws IOException {
    for (String body : List.of("ff", "c0af", "c3", "e282", "f8888080", "80", "f4908080", "eda080", "edb080")) {
      byte[] bad = java.util.HexFormat.of().parseHex(body);
      ByteArrayOutputStream frame = new ByteArrayOutputStream();
      frame.writeBytes("{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"".getBytes(StandardCharsets.UTF_8));
      frame.writeBytes(bad);
      frame.writeBytes("\"}".getBytes(StandardCharsets.UTF_8));
      assertThrows(ProtocolException.class, () -> reader(Frames.of(frame.toByteArray())).read(), body);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE"})
  void refusesEncodingsThatTheProtocolDoesNotName(String encoding) {
    byte[] body = "{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"a\"}".getBytes(Charset.forName(encoding));
    assertThrows(ProtocolException.class, () -> reader(Frames.of(body)).read());
  }

  /** They cannot be written as UTF-8, and a strict parser of a caller's would fail over the whole answer. */
  @ParameterizedTest
  @ValueSource(strings = {"\\ud800", "\\udc00", "\\ud800x", "\\udc00\\ud800", "x\\udfff"})
  void refusesLoneSurrogates(String text) {
    refused("{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"" + text + "\"}");
    refused(resultWithLocals("{\"n\":[\"" + text + "\"]}"));
    refused(resultWithLocals("{\"" + text + "\":1}"));
    refused(Frames.result("1", "completed", "").replace("\"result\":null", "\"result\":\"" + text + "\""));
    refused(FULL_RESULT.replace("OSError", text));
  }

  // Fields.

  static List<String> wrongFields() {
    String ready = "{\"type\":\"ready\",\"protocol\":1,\"python\":\"3\",\"guard\":true}";
    String output = "{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"a\"}";
    String raised = FULL_RESULT;
    String exited = Frames.result("1", "exited", "").replace("\"exit_code\":null", "\"exit_code\":3");
    return List.of(
        ready.replace("\"ready\"", "\"READY\""),
        ready.replace("\"ready\"", "\"execute\""),
        ready.replace("\"ready\"", "\"\""),
        ready.replace("\"ready\"", "null"),
        ready.replace("\"ready\"", "1"),
        ready.replace("\"ready\"", "[\"ready\"]"),
        ready.replace("\"protocol\":1", "\"protocol\":1.0"),
        ready.replace("\"protocol\":1", "\"protocol\":\"1\""),
        ready.replace("\"protocol\":1", "\"protocol\":null"),
        ready.replace("\"protocol\":1", "\"protocol\":4294967297"),
        ready.replace("\"protocol\":1,", ""),
        ready.replace("\"python\":\"3\"", "\"python\":3"),
        ready.replace("\"python\":\"3\",", ""),
        ready.replace("\"guard\":true", "\"guard\":1"),
        ready.replace("\"guard\":true", "\"guard\":\"true\""),
        ready.replace(",\"guard\":true", ""),
        output.replace("\"id\":\"1\"", "\"id\":1"),
        output.replace("\"id\":\"1\",", ""),
        output.replace("\"data\":\"a\"", "\"data\":null"),
        output.replace("\"data\":\"a\"", "\"data\":[\"a\"]"),
        output.replace(",\"data\":\"a\"", ""),
        raised.replace("\"id\":\"1\"", "\"id\":null"),
        raised.replace("\"raised\"", "\"fell\""),
        raised.replace("\"raised\"", "null"),
        raised.replace("\"status\":\"raised\",", ""),
        raised.replaceFirst("\"locals\":\\{.*\\},\\n", "\"locals\":[],"),
        raised.replaceFirst("\"locals\":\\{.*\\},\\n", "\"locals\":null,"),
        raised.replaceFirst("\"locals\":\\{.*\\},\\n", ""),
        raised.replace("\"locals_truncated\":true,", ""),
        raised.replace("\"locals_truncated\":true", "\"locals_truncated\":\"yes\""),
        raised.replaceFirst("\"error\":\\{.*\\}", "\"error\":null"),
        raised.replaceFirst("\"error\":\\{.*\\}", "\"error\":\"OSError\""),
        raised.replaceFirst("\"error\":\\{.*\\},", ""),
        raised.replace("\"name\":\"OSError\"", "\"name\":null"),
        raised.replace("\"value\":\"no\",", ""),
        raised.replace("\"traceback\":\"Traceback\\n\"", "\"traceback\":[]"),
        exited.replace("\"exit_code\":3", "\"exit_code\":null"),
        exited.replace("\"exit_code\":3", "\"exit_code\":\"3\""),
        exited.replace("\"exit_code\":3", "\"exit_code\":3.0"),
        exited.replace("\"exit_code\":3", "\"exit_code\":9999999999"),
        exited.replace(",\"exit_code\":3", ""));
  }

  @ParameterizedTest
  @MethodSource("wrongFields")
  void refusesAFieldThatIsMissingOrOfAnotherType(String json) {
    refused(json);
  }

  @Test
  void ignoresFieldsThatItDoesNotKnow() throws IOException {
    assertEquals(
        new GuestMessage.Output("1", Stream.STDOUT, "a"),
        read("{\"type\":\"stdout\",\"id\":\"1\",\"data\":\"a\",\"success\":true,\"wall_ms\":0}"));
  }

  @Test
  void neverQuotesTheGuest() {
    for (String json : wrongFields()) {
      ProtocolException e = assertThrows(ProtocolException.class, () -> read(json.replace("\"1\"", "\"HOSTILE\"")));
      assertFalse(String.valueOf(e.getMessage()).contains("HOSTILE"), e.getMessage());
    }
    ProtocolException e = assertThrows(ProtocolException.class, () -> read("{\"type\":\"HOSTILE\"}"));
    assertFalse(String.valueOf(e.getMessage()).contains("HOSTILE"), e.getMessage());
  }

  // Anything.

  @Test
  void yieldsAMessageOrAProtocolErrorWhateverTheGuestSends() {
    AtomicInteger messages = new AtomicInteger();
    AtomicInteger refusals = new AtomicInteger();
    int inputs =
        Fuzzer.of("frames")
            .run(
                body -> {
                  // As a frame of its own, for nearly all would fail by their length; now and then as whatever it is.
                  MessageReader reader = reader(Arrays.hashCode(body) % 8 == 0 ? body : Frames.of(body));
                  try {
                    for (Optional<GuestMessage> message = reader.read(); message.isPresent(); message = reader.read()) {
                      messages.incrementAndGet();
                    }
                  } catch (ProtocolException | EOFException e) {
                    refusals.incrementAndGet();
                  }
                });
    assertTrue(messages.get() > 50, "%s of %d: the mutants are all broken".formatted(messages, inputs));
    assertTrue(refusals.get() > 50, "%s of %d: the mutants are all sound".formatted(refusals, inputs));
  }

  private static String resultWithLocals(String locals) {
    return Frames.result("1", "completed", "").replace("\"locals\":{}", "\"locals\":" + locals);
  }

  private static int exit(String code) throws IOException {
    return assertInstanceOf(
            GuestMessage.Result.class,
            read(Frames.result("1", "exited", "").replace("\"exit_code\":null", "\"exit_code\":" + code)))
        .exitCode();
  }

  private static void refused(String json) {
    String shown = json.substring(0, Math.min(80, json.length()));
    assertThrows(ProtocolException.class, () -> read(json), shown);
  }

  private static GuestMessage read(String json) throws IOException {
    return reader(Frames.of(json)).read().orElseThrow();
  }

  private static MessageReader reader(byte[] bytes) {
    return new MessageReader(new ByteArrayInputStream(bytes));
  }

  /** A stream that yields as little as a stream may. */
  private static final class OneByteAtATime extends InputStream {

    private final byte[] bytes;
    private int position;

    OneByteAtATime(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      return position < bytes.length ? bytes[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      int one = read();
      if (one < 0) {
        return -1;
      }
      buffer[offset] = (byte) one;
      return 1;
    }
  }
}
