package dev.rlm.egress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Labelled samples in files of JSON lines, and the rule by which they are scored. */
final class LabelledSamples {

  private static final int SURVIVING_RUN = 8;

  /** One sample; an empty secret means that none is located. */
  record Sample(String file, String service, String text, String secret, boolean isSecret) {}

  private LabelledSamples() {}

  static List<Sample> read(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<Sample> samples = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode node = mapper.readTree(line);
      samples.add(
          new Sample(
              String.valueOf(file.getFileName()),
              node.path("service").asText(),
              node.path("text").asText(),
              node.path("secret").isNull() ? "" : node.path("secret").asText(),
              node.path("label").asText().equals("secret")));
    }
    return samples;
  }

  /**
   * Whether nothing of a secret survives: no run of eight characters that stands nowhere else in
   * the sample.
   */
  static boolean isRedacted(String text, String secret, String output) {
    if (secret.isEmpty()) {
      return !output.equals(text);
    }
    if (secret.length() < SURVIVING_RUN) {
      return !output.contains(secret);
    }
    String rest = text.replace(secret, "\u0000");
    for (int i = 0; i + SURVIVING_RUN <= secret.length(); i++) {
      String run = secret.substring(i, i + SURVIVING_RUN);
      if (output.contains(run) && !rest.contains(run)) {
        return false;
      }
    }
    return true;
  }
}
