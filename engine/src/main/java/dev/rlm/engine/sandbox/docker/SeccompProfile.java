package dev.rlm.engine.sandbox.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The seccomp profile that the daemon loads for containers under runc. gVisor ignores it. */
final class SeccompProfile {

  /** The comment of the rules that deny sockets of network families. */
  private static final String NETWORK_RULE = "network";

  private SeccompProfile() {}

  /** AF_INET and AF_INET6. */
  private static final int[] INTERNET = {2, 10};

  /** Returns the profile as JSON; with {@code network}, with rules that allow internet sockets where it denies them. */
  static String load(boolean network) {
    try (InputStream in = SeccompProfile.class.getResourceAsStream("seccomp.json")) {
      JsonNode profile = new ObjectMapper().readTree(in);
      if (network) {
        ArrayNode rules = (ArrayNode) profile.path("syscalls");
        rules.removeIf(rule -> rule.path("comment").asText().startsWith(NETWORK_RULE));
        for (int family : INTERNET) {
          // Without a rule of its own, a call is denied by default.
          ObjectNode rule = rules.addObject().put("comment", NETWORK_RULE).put("action", "SCMP_ACT_ALLOW");
          rule.putArray("names").add("socket");
          rule.putArray("args").addObject().put("index", 0).put("value", family).put("op", "SCMP_CMP_EQ");
        }
      }
      return profile.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
