package dev.rlm.engine.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.sandbox.GuestContext;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stored contexts over HTTP, with the real server and a real store of 1 MiB. */
@Timeout(60)
final class ContextRoutesTest {

  private static final String ANN = "0123456789abcdef-ann";
  private static final String BOB = "0123456789abcdef-bob";

  private final TestServer server = TestServer.withKeys(ANN, BOB);

  @AfterEach
  void stop() {
    server.close();
  }

  private TestServer.Answer put(String key, byte[] body, String... headers) throws InterruptedException {
    HttpRequest.Builder request = as(key, "/context").PUT(HttpRequest.BodyPublishers.ofByteArray(body));
    return server.send(headers.length == 0 ? request : request.headers(headers));
  }

  private HttpRequest.Builder as(String key, String path) {
    return server.request(path).header("Authorization", "Bearer " + key);
  }

  private TestServer.Answer get(String key, String path) throws InterruptedException {
    return server.send(as(key, path).GET());
  }

  private TestServer.Answer delete(String key, String id) throws InterruptedException {
    return server.send(as(key, "/context/" + id).DELETE());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(TestServer.Answer answer, String field) {
    return answer.json().path(field).asText();
  }

  @Test
  void storesShowsListsAndForgets() throws Exception {
    TestServer.Answer stored = put(ANN, utf8("Grüße"), "Content-Type", "text/plain; charset=utf-8");

    assertEquals(201, stored.status());
    String id = text(stored, "context_id");
    assertTrue(id.matches("[0-9a-f]{32}"), id);
    assertEquals("/context/" + id, stored.header("Location"));
    JsonNode context = stored.json();
    assertEquals(7, context.path("bytes").asInt());
    assertEquals(5, context.path("characters").asInt());
    assertEquals("text", text(stored, "kind"));
    assertEquals(HexFormat.of().formatHex(sha256(utf8("Grüße"))), text(stored, "sha256"));
    assertEquals(id, text(get(ANN, "/context/" + id), "context_id"));
    assertEquals(List.of(id), get(ANN, "/context").json().path("contexts").findValuesAsText("context_id"));
    assertEquals(204, delete(ANN, id).status());
    assertEquals(204, delete(ANN, id).status());
    assertEquals("context_not_found", text(get(ANN, "/context/" + id), "code"));
    assertEquals(0, get(ANN, "/context").json().path("contexts").size());
  }

  @Test
  void takesBodiesLargerThanThoseOfOtherRequests() throws Exception {
    TestServer.Answer stored = put(ANN, new byte[(int) TestServer.MAX_BODY.bytes() * 5]);
    assertEquals(201, stored.status(), stored.body());
    assertEquals(TestServer.MAX_BODY.bytes() * 5, stored.json().path("bytes").asLong());
  }

  @Test
  void takesABodyWhoseLengthNobodySaid() throws Exception {
    TestServer.Answer stored =
        server.send(
            as(ANN, "/context")
                .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(utf8("streamed")))));
    assertEquals(8, stored.json().path("bytes").asInt());
  }

  @ParameterizedTest
  @CsvSource({
    "text/plain, 61, text",
    "TEXT/CSV, 61, text",
    "application/json; charset=utf-8, 61, text",
    "application/octet-stream, 61, bytes",
    "application/pdf, 61, text",
    "application/pdf, ff, bytes",
    "'', 61, text",
    "'', ff, bytes",
    "text/plain, ff, invalid_text",
    "application/json, ff, invalid_text"
  })
  void goesByTheContentType(String type, String hex, String expected) throws Exception {
    byte[] body = HexFormat.of().parseHex(hex);
    TestServer.Answer answer = type.isEmpty() ? put(ANN, body) : put(ANN, body, "Content-Type", type);
    boolean refused = expected.equals("invalid_text");
    assertEquals(refused ? 400 : 201, answer.status());
    assertEquals(expected, text(answer, refused ? "code" : "kind"));
  }

  @Test
  void holdsTheBodyAgainstItsDigest() throws Exception {
    String digest = Base64.getEncoder().encodeToString(sha256(utf8("body")));
    assertEquals(201, put(ANN, utf8("body"), "Content-Digest", "sha-256=:" + digest + ":").status());
    assertEquals(201, put(ANN, utf8("body"), "Content-Digest", "sha-512=:AA==:, sha-256=:" + digest + ":").status());
    assertEquals(201, put(ANN, utf8("body"), "Content-Digest", "sha-512=:AA==:").status(), "no digest that is known");
    TestServer.Answer wrong = put(ANN, utf8("other"), "Content-Digest", "sha-256=:" + digest + ":");
    assertEquals(400, wrong.status());
    assertEquals("digest_mismatch", text(wrong, "code"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sha-256=abc", "sha-256=:AAAA:", "sha-256=:====AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:", "sha-256="})
  void refusesADigestThatIsNone(String header) throws Exception {
    TestServer.Answer answer = put(ANN, utf8("body"), "Content-Digest", header);
    assertEquals(400, answer.status());
    assertEquals("invalid_request", text(answer, "code"));
  }

  @Test
  void refusesAnEncodedBody() throws Exception {
    assertEquals(415, put(ANN, utf8("body"), "Content-Encoding", "gzip").status());
  }

  @Test
  void saysThatThereIsNoRoom() throws Exception {
    int room = (int) TestServer.CONTEXT_BUDGET.bytes();
    TestServer.Answer announced = put(ANN, new byte[room + 1]);
    assertEquals(507, announced.status());
    assertEquals("insufficient_storage", text(announced, "code"));
    assertTrue(text(announced, "detail").contains("RLM_CONTEXT_BUDGET"), announced.body());
    assertEquals(201, put(ANN, new byte[room]).status(), "nothing of it was kept");
    assertEquals(507, put(BOB, utf8("x")).status());
  }

  @Test
  void hidesACallersContextsFromOthers() throws Exception {
    String id = text(put(ANN, utf8("mine")), "context_id");

    assertEquals(404, get(BOB, "/context/" + id).status());
    assertEquals(0, get(BOB, "/context").json().path("contexts").size());
    assertEquals(204, delete(BOB, id).status());
    assertEquals(200, get(ANN, "/context/" + id).status());
    TestServer.Answer execution = execute(BOB, id);
    assertEquals(404, execution.status());
    assertEquals("context_not_found", text(execution, "code"));
  }

  @Test
  void givesAnExecutionWhatItNames() throws Exception {
    String id = text(put(ANN, utf8("mine: é")), "context_id");

    assertEquals(200, execute(ANN, id).status());

    GuestContext.Stored given = (GuestContext.Stored) server.commands().getLast().context().orElseThrow();
    assertEquals("mine: é", Files.readString(given.data()));
    assertEquals(7, given.characters());
    assertFalse(given.index().isEmpty());
    assertEquals(404, execute(ANN, "f".repeat(32)).status());
    assertEquals(404, execute(ANN, "../" + id).status());
  }

  private TestServer.Answer execute(String key, String contextId) throws InterruptedException {
    return server.send(
        as(key, "/execute")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"code\":\"1\",\"context_id\":\"" + contextId + "\"}")));
  }

  private static byte[] sha256(byte[] bytes) throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }
}
