package dev.rlm.security;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/** The attacks, read from one file for each row of the threat table. */
final class Corpus {

  /** The rows, in the order of the threat table. */
  static final List<String> ROWS =
      List.of("network", "files", "memory", "processes", "cpu", "escape", "leakage", "protocol", "models", "api");

  private static final Set<String> FIELDS =
      Set.of("id", "tries", "code", "send", "test", "context", "timeout", "copies", "expect", "never", "most", "deviation");

  /** Seconds; more than any code takes that is not meant to be ended by it, on a slow machine too. */
  private static final int DEFAULT_TIMEOUT = 60;

  private static final YAMLMapper YAML = new YAMLMapper();

  private Corpus() {}

  static List<Probe> row(String row) {
    List<Probe> probes = new ArrayList<>();
    try {
      for (JsonNode entry : YAML.readTree(text(row + ".yaml"))) {
        probes.add(probe(row, entry));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(row, e);
    }
    return probes;
  }

  /** Returns what stands before the code of every attack. */
  static String prelude() {
    return text("prelude.py");
  }

  private static String text(String file) {
    try (InputStream in = Objects.requireNonNull(Corpus.class.getResourceAsStream("/probes/" + file), file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }

  private static Probe probe(String row, JsonNode entry) {
    String id = entry.path("id").asText();
    Set<String> unknown = new TreeSet<>();
    entry.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(FIELDS);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("probe %s has fields that are not known: %s".formatted(id, unknown));
    }
    return new Probe(
        row,
        id,
        entry.path("tries").asText(),
        means(id, entry),
        expected(entry.path("expect")),
        texts(entry.path("never")),
        new Probe.Most(
            entry.at("/most/cores").asDouble(Double.MAX_VALUE), entry.at("/most/megabytes").asDouble(Double.MAX_VALUE)),
        entry.path("deviation").asText());
  }

  private static Probe.Means means(String id, JsonNode entry) {
    if (entry.has("code")) {
      List<String> pieces = texts(entry.path("code"));
      return new Probe.Means.Code(
          pieces, timeouts(id, entry.path("timeout"), pieces.size()), entry.path("context"), entry.path("copies").asInt(1));
    }
    if (entry.has("send")) {
      return new Probe.Means.Http(texts(entry.path("send")));
    }
    if (entry.has("test")) {
      return new Probe.Means.Test(entry.path("test").asText());
    }
    throw new IllegalArgumentException("probe %s has neither code nor requests nor the name of a test".formatted(id));
  }

  /** One for all pieces, or one for each. */
  private static List<Integer> timeouts(String id, JsonNode node, int pieces) {
    if (!node.isArray()) {
      return Collections.nCopies(pieces, node.asInt(DEFAULT_TIMEOUT));
    }
    if (node.size() != pieces) {
      throw new IllegalArgumentException("probe %s has %d timeouts for %d pieces of code".formatted(id, node.size(), pieces));
    }
    return StreamSupport.stream(node.spliterator(), false).map(JsonNode::asInt).toList();
  }

  private static Expected expected(JsonNode node) {
    Map<String, String> texts = new HashMap<>();
    if (node.isTextual()) {
      texts.put("all", node.textValue());
    }
    node.properties().forEach(cell -> texts.put(cell.getKey(), cell.getValue().asText()));
    return new Expected(texts);
  }

  private static List<String> texts(JsonNode node) {
    return node.isArray()
        ? StreamSupport.stream(node.spliterator(), false).map(JsonNode::asText).toList()
        : node.isMissingNode() ? List.of() : List.of(node.asText());
  }
}
