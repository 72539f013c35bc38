package dev.rlm.engine.api;

import io.javalin.http.Context;
import io.javalin.websocket.WsContext;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides who may call. With keys configured, whoever holds one; without, whoever asks this machine for itself: a web page
 * that was led here by a name of its own, or sends a form, is refused.
 */
final class Access {

  private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Set<String> OPEN = Set.of("/health");
  private static final String BEARER = "Bearer ";
  private static final String CALLER = "caller";
  private static final String LOCAL = "local";

  private final List<byte[]> keyHashes;
  private final Set<String> hosts;

  /** Keeps the keys' hashes alone. */
  Access(List<String> apiKeys, List<String> allowedHosts) {
    this.keyHashes = apiKeys.stream().map(Access::hash).toList();
    this.hosts =
        Stream.concat(LOOPBACK_NAMES.stream(), allowedHosts.stream())
            .map(host -> host.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
  }

  void check(Context ctx) {
    if (keyHashes.isEmpty()) {
      checkHost(ctx);
      checkOrigin(ctx);
      ctx.attribute(CALLER, LOCAL);
    } else if (!OPEN.contains(ctx.path())) {
      checkKey(ctx);
    }
  }

  /** Returns who calls: the same text for the same key, and nothing that tells the key. */
  static String caller(Context ctx) {
    return Objects.requireNonNullElse(ctx.attribute(CALLER), LOCAL);
  }

  /** As {@link #caller}, of a WebSocket. */
  static String callerOf(WsContext ctx) {
    return Objects.requireNonNullElse(ctx.attribute(CALLER), LOCAL);
  }

  private void checkHost(Context ctx) {
    String host = ctx.host();
    if (host == null || !hosts.contains(withoutPort(host).toLowerCase(Locale.ROOT))) {
      throw new ApiException(
          ErrorCode.WRONG_HOST, "this engine answers to %s; RLM_ALLOWED_HOSTS adds names".formatted(sorted()));
    }
  }

  private void checkOrigin(Context ctx) {
    String origin = ctx.header("Origin");
    if (origin == null) {
      return;
    }
    try {
      String host = URI.create(origin).getHost();
      if (host != null && hosts.contains(host.toLowerCase(Locale.ROOT))) {
        return;
      }
    } catch (IllegalArgumentException e) {
      // Not an origin: refused like a foreign one.
    }
    throw new ApiException(ErrorCode.FORBIDDEN_ORIGIN, "pages of other hosts may not call this engine");
  }

  private void checkKey(Context ctx) {
    String header = ctx.header("Authorization");
    if (header != null && header.startsWith(BEARER)) {
      byte[] sent = hash(header.substring(BEARER.length()).strip());
      boolean known = false;
      for (byte[] key : keyHashes) {
        known |= MessageDigest.isEqual(key, sent);
      }
      if (known) {
        ctx.attribute(CALLER, HexFormat.of().formatHex(sent));
        return;
      }
    }
    ctx.header("WWW-Authenticate", "Bearer");
    throw new ApiException(ErrorCode.UNAUTHORIZED, "send the header Authorization: Bearer with a valid key");
  }

  private String sorted() {
    return hosts.stream().sorted().collect(Collectors.joining(", "));
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }

  private static byte[] hash(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every JDK has it.
    }
  }
}
