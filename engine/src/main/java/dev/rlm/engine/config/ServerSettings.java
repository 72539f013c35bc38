package dev.rlm.engine.config;

import dev.rlm.engine.sandbox.ByteSize;
import java.util.List;

/**
 * How the HTTP interface is offered.
 *
 * @param host address to listen on
 * @param port port to listen on; 0 for any that is free
 * @param apiKeys callers must send one of these as a bearer token; none: no key is asked for, on loopback alone
 * @param allowedHosts further names that a request's {@code Host} may have
 * @param maxBody largest request body
 */
public record ServerSettings(String host, int port, List<String> apiKeys, List<String> allowedHosts, ByteSize maxBody) {

  /** Copies the lists. */
  public ServerSettings {
    apiKeys = List.copyOf(apiKeys);
    allowedHosts = List.copyOf(allowedHosts);
  }

  /** Says everything but the keys. */
  @Override
  public String toString() {
    return "ServerSettings[host=%s, port=%d, apiKeys=%d, allowedHosts=%s, maxBody=%s]"
        .formatted(host, port, apiKeys.size(), allowedHosts, maxBody);
  }
}
