package dev.rlm.engine.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.Fuzzer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whatever a client sends is answered or refused, and is never the engine's own failure. */
final class FuzzTest {

  private static final int PATIENCE_MILLIS = 60_000;

  /** A body is a request, or the caller's mistake; what was understood of it can be written and read again. */
  @Test
  void bodiesAreReadOrRefused() {
    AtomicInteger read = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    Fuzzer.of("bodies")
        .run(
            body -> {
              try {
                JsonNode node = Json.read(body);
                String text = Json.text(node);
                assertEquals(text, Json.text(Json.read(text.getBytes(StandardCharsets.UTF_8))));
                ExecuteRequest.read(node);
                read.incrementAndGet();
              } catch (ApiException e) {
                refused.incrementAndGet();
              }
            });
    assertTrue(read.get() > 50 && refused.get() > 50, "read %s, refused %s".formatted(read, refused));
  }

  /** Bytes on a connection are a request, or refused by the server; its log of failures stays empty and it goes on serving. */
  @Test
  void requestsAreAnsweredOrRefused() throws InterruptedException {
    try (TestServer server = TestServer.open()) {
      AtomicInteger answered = new AtomicInteger();
      AtomicInteger inputs = new AtomicInteger();
      Fuzzer.of("requests")
          .run(
              request -> {
                inputs.incrementAndGet();
                String answer = send(server.port(), request);
                if (!answer.isEmpty()) {
                  answered.incrementAndGet();
                  assertTrue(answer.matches("(?s)HTTP/1\\.1 (100|[24]\\d\\d|501|505) .*"), answer);
                }
              });
      assertTrue(answered.get() > 20, "%s of %s were answered".formatted(answered, inputs));
      assertEquals(200, server.get("/health").status());
    }
  }

  private static String send(int port, byte[] request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(request);
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      return ""; // The server closed while it was written to.
    }
  }
}
