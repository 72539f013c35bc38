package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients that hold on to connections. Nearly all of it is waiting for time limits. */
@BesideOthers
@Tag("security")
@Tag("api")
final class ApiAbuseTest {

  private static final int CONNECTIONS = 1_000;
  private static final String HEAD = "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 12\r\n";

  private static final Map<String, String> LOCAL = Map.of("RLM_EXECUTION_MODE", "local", "RLM_ALLOW_UNSAFE_LOCAL", "true");

  @Test
  void othersAreServedWhileConnectionsAreHeldOpenAndThenTheseAreClosed() throws IOException {
    try (EngineProcess engine = EngineProcess.start(LOCAL)) {
      int port = engine.address("http", "").getPort();
      int descriptors = engine.openFiles();
      List<Socket> held = new ArrayList<>();
      try {
        for (int n = 0; n < CONNECTIONS; n++) {
          Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
          held.add(socket);
          socket.getOutputStream().write(started(n).getBytes(StandardCharsets.US_ASCII));
        }
        assertTrue(engine.execute("1").path("success").asBoolean());
        assertEquals(200, engine.get("/health").statusCode());
        assertTrue(
            Containers.within(Duration.ofMinutes(3), () -> engine.openFiles() < descriptors + CONNECTIONS / 10),
            () -> "connections that nobody uses are still held: " + engine.openFiles());
      } finally {
        for (Socket socket : held) {
          socket.close();
        }
      }
    }
  }

  @Test
  void bodiesThatDripAreRefused() throws IOException, InterruptedException {
    try (EngineProcess engine = EngineProcess.start(LOCAL)) {
      int port = engine.address("http", "").getPort();
      for (String request : List.of("POST /execute", "PUT /context")) {
        String head = request + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";
        String answer = drip(port, head);
        assertTrue(answer.startsWith("HTTP/1.1 408 ") && answer.contains("body_too_slow"), request + ": " + answer);
      }
      assertEquals("{\"contexts\":[]}", engine.get("/context").body());
    }
  }

  /** Sends a byte of the body each second until there is an answer, which is longer than the server bears silence. */
  private static String drip(int port, String head) throws IOException, InterruptedException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      for (int n = 0; n < 120 && socket.getInputStream().available() == 0; n++) {
        socket.getOutputStream().write(' ');
        Thread.sleep(1_000);
      }
      byte[] answer = new byte[4_096];
      int length = socket.getInputStream().read(answer);
      return new String(answer, 0, Math.max(0, length), StandardCharsets.US_ASCII);
    }
  }

  /** Nothing, half a head, a head without its body, and a body that does not end. */
  private static String started(int n) {
    return switch (n % 4) {
      case 0 -> "";
      case 1 -> HEAD;
      case 2 -> HEAD + "\r\n";
      default -> HEAD + "\r\n{\"code";
    };
  }
}
