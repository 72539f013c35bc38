package dev.rlm.security;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends bytes to the engine that no HTTP client would send. */
final class RawHttp {

  private static final Pattern REPEAT = Pattern.compile("\\{(\\d+) x (.+?)}", Pattern.DOTALL);
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
  private static final int PATIENCE_MILLIS = 90_000;
  private static final int LARGEST = 1 << 20;

  private RawHttp() {}

  /** What came back, which is nothing where the engine just closed. */
  record Answer(String text) {

    /** Returns the status, the problem's code, and whether the engine closes. */
    String summary() {
      Matcher status = STATUS.matcher(text);
      if (!status.lookingAt()) {
        return text.isEmpty() ? "closed" : "no HTTP";
      }
      String head = text.substring(0, text.indexOf("\r\n\r\n")).toLowerCase(Locale.ROOT);
      return status.group(1) + code(head) + (head.contains("connection: close") ? ", closed" : "");
    }

    private String code(String head) {
      if (!head.contains("application/problem+json")) {
        return "";
      }
      JsonNode problem = EngineProcess.parse(text.substring(head.length() + 4));
      return " " + problem.path("code").asText();
    }
  }

  /**
   * Sends a request and reads the answer. In its text, <code>{1000 x abc}</code> stands for a thousand times "abc", a length of *
   * for that of the body, and lines end with CRLF unless it has some of its own.
   */
  static Answer send(int port, String request) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      Thread.ofVirtual().start(() -> write(socket, bytes(request)));
      return new Answer(read(socket.getInputStream()));
    } catch (IOException e) {
      return new Answer("");
    }
  }

  private static void write(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      // The engine has heard enough: what it answered is read all the same.
    }
  }

  private static byte[] bytes(String request) {
    String text = request.contains("\r") ? request : request.stripTrailing().replace("\n", "\r\n");
    if (!text.contains("\r\n\r\n")) {
      text += "\r\n\r\n";
    }
    String expanded = REPEAT.matcher(text).replaceAll(RawHttp::repeat);
    int length = expanded.length() - expanded.indexOf("\r\n\r\n") - 4;
    return expanded.replaceFirst("Content-Length: \\*", "Content-Length: " + length).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String repeat(MatchResult found) {
    return Matcher.quoteReplacement(found.group(2).repeat(Integer.parseInt(found.group(1))));
  }

  /** Reads one response: what the head says of its length, or up to the end. */
  private static String read(InputStream in) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try {
      for (int next = in.read(); next >= 0 && read.size() < LARGEST; next = in.read()) {
        read.write(next);
        if (next == '\n' && read.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
          Matcher length = LENGTH.matcher(read.toString(StandardCharsets.ISO_8859_1));
          read.writeBytes(length.find() ? in.readNBytes(Math.min(LARGEST, Integer.parseInt(length.group(1)))) : in.readAllBytes());
          break;
        }
      }
    } catch (SocketTimeoutException e) {
      read.writeBytes("no answer".getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      // Reset: what came before it counts.
    }
    return read.toString(StandardCharsets.UTF_8);
  }
}
