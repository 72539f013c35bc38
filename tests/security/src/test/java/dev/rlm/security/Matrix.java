package dev.rlm.security;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * What came of each attack in each cell. Written to {@code target/} after every run, as JSON and as a table to read; the ones in
 * the repository must be the same, so that no layer changes unseen.
 */
final class Matrix {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FOLDER = Path.of(System.getProperty("rlm.home"), "tests", "security");

  private static final String HEAD =
      """
      # What comes of each attack

      Each attack of [the corpus](src/test/resources/probes) is made over HTTP, under gVisor (`runsc`) and under `runc`, with the guard
      and without it, so that each layer is seen to stand alone. This page is written by `./rlm test security`, which fails where it is
      not what it finds. Text between slashes is a regular expression, for what differs from run to run.
      """;

  private final Map<String, Map<Cell, String>> found = new ConcurrentHashMap<>();

  /** Notes what came of an attack: what was expected, where that is what came. */
  void note(Cell cell, Probe probe, String observed) {
    String text = probe.expected().texts().isEmpty() || !probe.expected().holds(cell, observed) ? observed : probe.expected().text(cell);
    found.computeIfAbsent(probe.id(), _ -> new ConcurrentHashMap<>()).put(cell, text);
  }

  /** Writes the tables, and returns how they differ from those of the repository; empty where they do not. */
  Optional<String> differences(List<String> rows) {
    Map<String, Object> json = new LinkedHashMap<>();
    StringBuilder page = new StringBuilder(HEAD);
    for (String row : rows) {
      page.append("\n## ").append(row).append("\n\n| | attack | where | what comes of it |\n|---|---|---|---|\n");
      Map<String, Object> entries = new LinkedHashMap<>();
      for (Probe probe : Corpus.row(row)) {
        Map<String, String> outcomes = outcomes(probe);
        entries.put(probe.id(), outcomes);
        page.append(lines(probe, outcomes));
      }
      json.put(row, entries);
    }
    return rows.equals(Corpus.ROWS) ? compare(page.toString(), json) : compareRows(json);
  }

  /** Returns what came, by where; in one entry, where it is the same everywhere. */
  private Map<String, String> outcomes(Probe probe) {
    Map<Cell, String> cells = found.getOrDefault(probe.id(), Map.of());
    if (cells.values().stream().distinct().count() == 1 && cells.size() == Cell.values().length) {
      return Map.of("everywhere", cells.values().iterator().next());
    }
    Map<String, List<String>> places = new LinkedHashMap<>();
    for (Cell cell : Cell.values()) {
      places.computeIfAbsent(cells.getOrDefault(cell, "not made"), _ -> new ArrayList<>()).add(cell.label());
    }
    Map<String, String> outcomes = new LinkedHashMap<>();
    places.forEach((text, where) -> outcomes.put(String.join(", ", where), text));
    return outcomes;
  }

  private static String lines(Probe probe, Map<String, String> outcomes) {
    StringBuilder lines = new StringBuilder();
    String attack = probe.id() + " | " + probe.tries() + " | ";
    for (Map.Entry<String, String> outcome : outcomes.entrySet()) {
      String text =
          probe.means() instanceof Probe.Means.Test
              ? "`" + outcome.getValue() + "` shows it"
              : "`" + outcome.getValue().replace("|", "\\|").replaceAll("[^ -~]", "?") + "`";
      lines.append("| ").append(attack).append(outcome.getKey()).append(" | ").append(text).append(" |\n");
      attack = " | | ";
    }
    if (!probe.deviation().isEmpty()) {
      lines.append("| | | why so | ").append(probe.deviation()).append(" |\n");
    }
    return lines.toString();
  }

  private static Optional<String> compare(String page, Map<String, Object> json) {
    try {
      String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
      Path target = Files.createDirectories(FOLDER.resolve("target"));
      Files.writeString(target.resolve("MATRIX.md"), page);
      Files.writeString(target.resolve("matrix.json"), text);
      return Stream.of(differ("MATRIX.md", page), differ("matrix.json", text)).flatMap(Optional::stream).findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> differ(String name, String now) throws IOException {
    Path kept = FOLDER.resolve(name);
    if (Files.exists(kept) && Files.readString(kept).equals(now)) {
      return Optional.empty();
    }
    return Optional.of(
        "%s is not what was found. See tests/security/target/%s, and where it is right, copy it to tests/security/".formatted(name, name));
  }

  /** Of a run of some rows alone, nothing can be written; but what they found must be there. */
  private static Optional<String> compareRows(Map<String, Object> json) {
    try {
      var kept = JSON.readTree(FOLDER.resolve("matrix.json").toFile());
      for (Map.Entry<String, Object> row : json.entrySet()) {
        var now = JSON.valueToTree(row.getValue());
        if (!Objects.equals(kept.path(row.getKey()), now)) {
          return Optional.of("the row %s of matrix.json is not what was found: %s".formatted(row.getKey(), now));
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
