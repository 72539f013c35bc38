package dev.rlm.engine.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rlm.engine.repl.RunEvent;
import dev.rlm.engine.repl.RunId;
import dev.rlm.engine.repl.RunRecorder;
import dev.rlm.engine.sandbox.ByteSize;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what runs did: a file for each, whose first line names its owner and whose others are its events, each with the time at
 * which it happened. It outlives the engine. The oldest go when all together take more than they may, or are older than they may be.
 *
 * <p>Safe for use by many threads, and by several engines over one folder. A disk that fails costs the record, never the run.
 */
public final class TrajectoryStore implements RunRecorder {

  private static final Logger log = LoggerFactory.getLogger(TrajectoryStore.class);

  private static final String SUFFIX = ".jsonl";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Options options;
  private final InstantSource clock;

  /**
   * How much is kept.
   *
   * @param budget of disk, for all trajectories together
   * @param timeToLive how long one is kept after its run ended
   */
  public record Options(ByteSize budget, Duration timeToLive) {}

  /** Opens the store; the folder is made when the first run is kept. */
  public TrajectoryStore(Path folder, Options options, InstantSource clock) {
    this.folder = folder;
    this.options = options;
    this.clock = clock;
  }

  @Override
  public Recording begin(RunId id, String owner) {
    try {
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      makeRoom();
      BufferedWriter writer = Files.newBufferedWriter(file(id), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      FileRecording recording = new FileRecording(id, writer, clock);
      recording.write(JsonNodeFactory.instance.objectNode().put("type", "owner").put("owner", owner));
      return recording;
    } catch (IOException e) {
      log.warn("run {} is not recorded: {}", id.value(), e.toString());
      return Recording.NONE;
    }
  }

  private Path file(RunId id) {
    return folder.resolve(id.value() + SUFFIX);
  }

  /**
   * Reads a trajectory: every event as {@link RunJson} writes it, with {@code at}, the time at which it happened, in their order.
   * That of a run under way ends where the run is.
   *
   * @throws TrajectoryException when there is none of that id, or it is another caller's
   */
  public void read(String owner, String id, Consumer<JsonNode> reader) {
    Path file = RunId.parse(id).map(this::file).orElseThrow(TrajectoryException::new);
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      String first = lines.readLine();
      if (first == null || !JSON.readTree(first).path("owner").asText().equals(owner)) {
        throw new TrajectoryException();
      }
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        reader.accept(JSON.readTree(line));
      }
    } catch (NoSuchFileException e) {
      throw new TrajectoryException();
    } catch (JsonProcessingException e) {
      log.debug("the trajectory {} ends within a line", id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What is told of a trajectory in a list.
   *
   * @param id names it
   * @param started when its run began, as ISO 8601 has it
   * @param model drove the run
   * @param query the question
   * @param bytes how much it takes on disk
   */
  public record Summary(String id, String started, String model, String query, long bytes) {}

  /** Returns a caller's trajectories, the newest first; those that another engine removes meanwhile are left out. */
  public List<Summary> list(String owner) {
    List<Summary> summaries = new ArrayList<>();
    try {
      for (Kept kept : kept()) {
        summary(owner, kept).ifPresent(summaries::add);
      }
    } catch (NoSuchFileException e) {
      return List.of(); // Nothing was ever kept.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return summaries.stream().sorted(Comparator.comparing(Summary::started).reversed()).toList();
  }

  private static Optional<Summary> summary(String owner, Kept kept) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(kept.file())) {
      String first = lines.readLine();
      String second = lines.readLine();
      if (first == null || second == null || !JSON.readTree(first).path("owner").asText().equals(owner)) {
        return Optional.empty();
      }
      JsonNode started = JSON.readTree(second);
      return Optional.of(
          new Summary(
              started.path("trajectory_id").asText(),
              started.path("at").asText(),
              started.path("model").asText(),
              started.path("query").asText(),
              kept.bytes()));
    } catch (NoSuchFileException | JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** Removes what is too old, and then the oldest until the rest fits. */
  void makeRoom() throws IOException {
    List<Kept> kept = kept();
    kept.sort(Comparator.comparing(Kept::changed).reversed());
    Instant oldest = clock.instant().minus(options.timeToLive());
    long bytes = 0;
    for (Kept trajectory : kept) {
      bytes += trajectory.bytes();
      if (bytes > options.budget().bytes() || trajectory.changed().isBefore(oldest)) {
        Files.deleteIfExists(trajectory.file());
      }
    }
  }

  private List<Kept> kept() throws IOException {
    List<Kept> kept = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files.filter(path -> path.toString().endsWith(SUFFIX))::iterator) {
        Kept.of(file).ifPresent(kept::add);
      }
    }
    return kept;
  }

  private record Kept(Path file, Instant changed, long bytes) {

    /** Looks at a file, which another engine may remove meanwhile. */
    static Optional<Kept> of(Path file) throws IOException {
      try {
        FileTime changed = Files.getLastModifiedTime(file);
        return Optional.of(new Kept(file, changed.toInstant(), Files.size(file)));
      } catch (NoSuchFileException e) {
        return Optional.empty();
      }
    }
  }

  /** One run's events on their way to disk; a run calls it with one event at a time. */
  private static final class FileRecording implements Recording {

    private final RunId id;
    private final BufferedWriter writer;
    private final InstantSource clock;
    private boolean broken;

    FileRecording(RunId id, BufferedWriter writer, InstantSource clock) {
      this.id = id;
      this.writer = writer;
      this.clock = clock;
    }

    @Override
    public void on(RunEvent event) {
      if (broken) {
        return;
      }
      try {
        write(RunJson.event(event).put("at", clock.instant().toString()));
      } catch (IOException e) {
        broken = true;
        log.warn("run {} is recorded no further: {}", id.value(), e.toString());
        close();
      }
    }

    private void write(ObjectNode line) throws IOException {
      writer.write(JSON.writeValueAsString(line));
      writer.newLine();
      writer.flush();
    }

    @Override
    public void close() {
      try {
        writer.close();
      } catch (IOException e) {
        log.debug("the record of run {} was not closed", id.value(), e);
      }
    }
  }
}
