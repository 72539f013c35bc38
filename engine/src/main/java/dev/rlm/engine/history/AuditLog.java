package dev.rlm.engine.history;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.Isolation;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Set;

/**
 * A file to which every execution adds a line of JSON: what ran, by its hash, how it ended, what it used, and what the filter found,
 * never a word of what it read or wrote. The file is opened for each line, so that it may be moved away at any time. Safe for use by
 * many threads.
 */
public final class AuditLog {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Path file;
  private final InstantSource clock;

  /** Creates a log, which only the engine's own user may read. Nothing is opened yet. */
  public AuditLog(Path file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  /**
   * Adds an execution.
   *
   * @throws SandboxUnavailableException when it cannot be written; then its answer must not be given
   */
  void add(ExecutionCommand command, Execution execution) {
    try {
      append(line(command, execution) + "\n");
    } catch (IOException e) {
      throw new SandboxUnavailableException(
          SandboxUnavailableException.Reason.RUNTIME,
          "execution %s ran and cannot be recorded, so its answer is withheld: look after %s (RLM_AUDIT_LOG): %s"
              .formatted(execution.id(), file, e),
          e);
    }
  }

  private synchronized void append(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    try (SeekableByteChannel channel =
        Files.newByteChannel(
            file,
            Set.of(CREATE, APPEND),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  private ObjectNode line(ExecutionCommand command, Execution execution) {
    byte[] code = command.code().getBytes(StandardCharsets.UTF_8);
    ObjectNode line =
        JSON.objectNode()
            .put("time", clock.instant().toString())
            .put("execution_id", execution.id())
            .put("code_sha256", sha256(code))
            .put("code_bytes", code.length);
    if (command.context().orElse(null) instanceof GuestContext.Stored stored) {
      line.put("context_sha256", stored.contentHash());
    }
    line.put("outcome", execution.outcome().label()).put("exit_code", execution.exitCode().orElse(null));
    line.put("wall_ms", execution.usage().wall().toMillis());
    execution.usage().cpu().ifPresent(cpu -> line.put("cpu_ms", cpu.toMillis()));
    execution.usage().memoryPeak().ifPresent(peak -> line.put("memory_peak_bytes", peak));
    Isolation isolation = execution.isolation();
    line.putObject("isolation")
        .put("runtime", isolation.runtime())
        .put("version", isolation.version())
        .put("network", isolation.network());
    ArrayNode findings = line.putArray("findings");
    execution.findings().forEach(finding -> findings.add(RunJson.finding(finding)));
    return line;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // Every Java has it.
    }
  }
}
