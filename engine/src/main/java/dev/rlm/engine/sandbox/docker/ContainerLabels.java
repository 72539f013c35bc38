package dev.rlm.engine.sandbox.docker;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The labels that say whose a container is. Nothing in them is secret, and nothing in them comes from a caller.
 *
 * @param engineId the engine that made it, new at each start of one
 * @param domain the engines that can tell whether that one lives
 * @param deadline after which it is garbage, whoever made it
 */
record ContainerLabels(String engineId, String domain, Instant deadline) {

  static final String ENGINE = "dev.rlm.engine";
  private static final String DOMAIN = "dev.rlm.domain";
  private static final String DEADLINE = "dev.rlm.deadline";

  Map<String, String> toMap() {
    return Map.of(ENGINE, engineId, DOMAIN, domain, DEADLINE, Long.toString(deadline.getEpochSecond()));
  }

  /** Reads labels; empty when they are not complete labels of ours. */
  static Optional<ContainerLabels> parse(Map<String, String> labels) {
    String engineId = labels.get(ENGINE);
    String domain = labels.get(DOMAIN);
    String deadline = labels.get(DEADLINE);
    if (engineId == null || domain == null || deadline == null || !deadline.matches("\\d{1,12}")) {
      return Optional.empty();
    }
    return Optional.of(new ContainerLabels(engineId, domain, Instant.ofEpochSecond(Long.parseLong(deadline))));
  }
}
