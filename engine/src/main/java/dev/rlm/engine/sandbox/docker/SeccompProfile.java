package dev.rlm.engine.sandbox.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;

/** The seccomp profile that the daemon loads for containers under runc. gVisor ignores it. */
final class SeccompProfile {

  /** The comment of the rules that deny sockets of network families. */
  private static final String NETWORK_RULE = "network";

  private SeccompProfile() {}

  /** Returns the profile as JSON; with {@code network}, without the rules that deny network sockets. */
  static String load(boolean network) {
    try (InputStream in = SeccompProfile.class.getResourceAsStream("seccomp.json")) {
      JsonNode profile = new ObjectMapper().readTree(in);
      if (network) {
        for (Iterator<JsonNode> rules = profile.path("syscalls").elements(); rules.hasNext(); ) {
          if (rules.next().path("comment").asText().startsWith(NETWORK_RULE)) {
            rules.remove();
          }
        }
      }
      return profile.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
