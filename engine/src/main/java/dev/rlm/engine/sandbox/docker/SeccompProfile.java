package dev.rlm.engine.sandbox.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The seccomp profile that the daemon loads for containers under runc. gVisor ignores it. */
final class SeccompProfile {

  /** The comment of the rule that denies sockets of network families. */
  private static final String NETWORK_RULE = "network";

  private SeccompProfile() {}

  /** Returns the profile as JSON; with {@code network}, the rule that denies network sockets allows them instead. */
  static String load(boolean network) {
    try (InputStream in = SeccompProfile.class.getResourceAsStream("seccomp.json")) {
      JsonNode profile = new ObjectMapper().readTree(in);
      if (network) {
        for (JsonNode rule : profile.path("syscalls")) {
          if (rule instanceof ObjectNode denial && denial.path("comment").asText().equals(NETWORK_RULE)) {
            denial.remove("errnoRet");
            denial.put("action", "SCMP_ACT_ALLOW");
          }
        }
      }
      return profile.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
