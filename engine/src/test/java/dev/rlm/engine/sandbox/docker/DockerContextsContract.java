package dev.rlm.engine.sandbox.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.Seeds;
import dev.rlm.engine.context.ContextStore;
import dev.rlm.engine.context.DataFolder;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.Canary;
import dev.rlm.engine.sandbox.ContextTooLargeException;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.ExecutionRequest;
import dev.rlm.engine.sandbox.ExecutionResult;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.Outcome;
import dev.rlm.engine.sandbox.OutputListener;
import dev.rlm.engine.sandbox.RuntimePreference;
import dev.rlm.engine.sandbox.Sandbox;
import dev.rlm.engine.sandbox.Usage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stored contexts in sandboxes of a Docker daemon, under either OCI runtime. Needs a daemon, the runtime and the image. */
@Timeout(300)
abstract class DockerContextsContract {

  private static final String OWNER = "me";
  private static final Duration LONG = Duration.ofSeconds(100);

  private final RuntimePreference preference;

  @TempDir Path root;

  private DataFolder data;
  private ContextStore store;

  DockerContextsContract(RuntimePreference preference) {
    this.preference = preference;
  }

  @BeforeEach
  void openStore() {
    data = DataFolder.take(root);
    store =
        new ContextStore(
            data,
            new ContextStore.Options(ByteSize.parse("2g"), Duration.ofHours(1)),
            ContextStore.Listener.NONE,
            InstantSource.system());
  }

  @AfterEach
  void closeStore() {
    store.close();
    data.close();
  }

  private DockerSandboxRuntime open(Optional<Path> files) throws InterruptedException {
    return DockerSandboxRuntime.open(
        new DockerSettings(DockerRuntimeContract.host(), preference, "", false, ByteSize.mebibytes(8), files),
        InstantSource.system());
  }

  private static Sandbox create(DockerSandboxRuntime runtime) throws InterruptedException {
    return runtime.create(DockerRuntimeContract.SPEC, Deadline.after(LONG));
  }

  private static ExecutionResult run(Sandbox sandbox, String code, Optional<GuestContext> context) throws InterruptedException {
    return sandbox.execute(new ExecutionRequest("test", code, context, LONG, HostCalls.NONE), (_, _) -> {});
  }

  private GuestContext.Stored store(byte[] body, ContextStore.Form form) {
    return store(new ByteArrayInputStream(body), form);
  }

  private GuestContext.Stored store(InputStream body, ContextStore.Form form) {
    return store.guest(OWNER, store.put(OWNER, body, OptionalLong.empty(), form, Optional.empty()).id().value());
  }

  private static Optional<String> value(Sandbox sandbox, String code, GuestContext context) throws InterruptedException {
    ExecutionResult result = run(sandbox, code, Optional.of(context));
    assertEquals(new Outcome.Completed(), result.outcome(), code);
    return result.value();
  }

  /** The expected values are worked out from how the text is made, since this machine has other things to do as well. */
  @Test
  void readsAHundredMegabytesWhereTheyLieInAnyNumberOfSandboxes() throws Exception {
    String line = "Zeile %08d: Größe, 漢字 und \ud83d\ude00\n";
    int lines = 2_500_000;
    int lineLength = line.formatted(0).codePointCount(0, line.formatted(0).length());
    GuestContext.Stored context = store(new Lines(line, lines), ContextStore.Form.TEXT);
    assertTrue(context.bytes() > 100_000_000, "bytes: " + context.bytes());
    int chosen = Seeds.random().nextInt(lines);
    long at = (long) chosen * lineLength;
    try (DockerSandboxRuntime runtime = open(Optional.of(data.mounts()))) {
      assertTrue(Canary.probe(runtime, DockerRuntimeContract.SPEC, Deadline.after(LONG)).holds());
      for (int round = 0; round < 2; round++) {
        try (Sandbox sandbox = create(runtime)) {
          assertEquals(
              Optional.of("(%d, 'ContextText')".formatted((long) lines * lineLength)),
              value(sandbox, "len(context), type(context).__name__", context));
          assertEquals(
              Optional.of("'Zeile %08d'".formatted(chosen)),
              run(sandbox, "context[%d:%d]".formatted(at, at + 14), Optional.empty()).value());
          assertEquals(
              Optional.of(Long.toString(at)),
              run(sandbox, "context.find('Zeile %08d')".formatted(chosen), Optional.empty()).value());
          assertEquals(
              Optional.of("((%d, %d), '%08d')".formatted(at + 6, at + 14, chosen)),
              run(sandbox, "m = context.search(r'(?<=Zeile )(%08d)\\b')\nm.span(), m[1]".formatted(chosen), Optional.empty()).value());
          assertEquals(Optional.of(Integer.toString(lines)), run(sandbox, "sum(1 for line in context)", Optional.empty()).value());
          assertEquals(Optional.of(Integer.toString(lines)), run(sandbox, "context.count('漢字')", Optional.empty()).value());
        }
      }
    }
    assertNothingIsLeft();
  }

  /** A text of many lines that is never in memory as a whole. */
  private static final class Lines extends InputStream {

    private final String line;
    private final int count;
    private int next;
    private byte[] piece = new byte[0];
    private int position;

    Lines(String line, int count) {
      this.line = line;
      this.count = count;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (position == piece.length) {
        if (next == count) {
          return -1;
        }
        StringBuilder text = new StringBuilder();
        for (int end = Math.min(count, next + 10_000); next < end; next++) {
          text.append(line.formatted(next));
        }
        piece = text.toString().getBytes(StandardCharsets.UTF_8);
        position = 0;
      }
      int taken = Math.min(length, piece.length - position);
      System.arraycopy(piece, position, into, offset, taken);
      position += taken;
      return taken;
    }
  }

  @Test
  void showsASandboxItsOwnFilesAloneAndLetsItChangeNothing() throws Exception {
    try (DockerSandboxRuntime runtime = open(Optional.of(data.mounts()));
        Sandbox one = create(runtime);
        Sandbox other = create(runtime)) {
      GuestContext.Stored context = store("x".repeat(2 << 20).getBytes(StandardCharsets.UTF_8), ContextStore.Form.TEXT);
      String listed = "import os\nsorted(os.listdir('/context'))";
      assertEquals(Optional.of("['%s']".formatted(context.contentHash())), value(one, listed, context));
      assertEquals(Optional.of("[]"), run(other, listed, Optional.empty()).value());
      assertEquals(
          Optional.of("0"),
          run(
                  one,
                  """
                  import os
                  done = []
                  file = '/context/' + os.listdir('/context')[0]
                  for attempt in (
                      lambda: open(file, 'r+'),
                      lambda: open('/context/new', 'w'),
                      lambda: os.remove(file),
                      lambda: os.chmod(file, 0o777),
                      lambda: os.chmod('/context', 0o777),
                      lambda: os.truncate(file, 0),
                      lambda: os.rename(file, file + 'x'),
                      lambda: os.symlink('/', '/context/link'),
                      lambda: os.utime(file),
                  ):
                      try:
                          done.append(attempt())
                      except OSError:
                          pass
                  len(done)
                  """,
                  Optional.empty())
              .value());
      assertEquals(2 << 20, Files.size(context.data()));
    }
    assertNothingIsLeft();
  }

  @Test
  void readsBytesAndSmallDocumentsAndKeepsOneThatIsDeletedMeanwhile() throws Exception {
    byte[] body = new byte[3 << 20];
    Random random = Seeds.random();
    random.nextBytes(body);
    body[0] = (byte) 0xff;
    GuestContext.Stored large = store(body, ContextStore.Form.EITHER);
    GuestContext.Stored small = store("kurz: é".getBytes(StandardCharsets.UTF_8), ContextStore.Form.TEXT);
    try (DockerSandboxRuntime runtime = open(Optional.of(data.mounts()));
        Sandbox sandbox = create(runtime)) {
      String hash = "import hashlib\ntype(context).__name__, hashlib.sha256(context).hexdigest()";
      assertEquals(Optional.of("('ContextBytes', '%s')".formatted(large.contentHash())), value(sandbox, hash, large));
      store.list(OWNER).forEach(context -> store.delete(OWNER, context.id().value()));
      assertEquals(
          Optional.of("'%s'".formatted(large.contentHash())),
          run(sandbox, "hashlib.sha256(context).hexdigest()", Optional.empty()).value());
      assertThrows(
          dev.rlm.engine.sandbox.SandboxUnavailableException.class, () -> run(sandbox, "context", Optional.of(small)));
      assertEquals(Optional.of("2"), run(sandbox, "1 + 1", Optional.empty()).value());
    }
    assertNothingIsLeft();
  }

  @Test
  void sendsDocumentsWhereTheDaemonCannotShowFiles() throws Exception {
    byte[] text = "aé€\ud83d\ude00".repeat(500_000).getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[3_000_001];
    Seeds.random().nextBytes(bytes);
    bytes[7] = (byte) 0xff;
    GuestContext.Stored large = store(new Zeros((64L << 20) + 1), ContextStore.Form.BYTES);
    GuestContext.Stored largest = store(new Zeros(64L << 20), ContextStore.Form.BYTES);
    try (DockerSandboxRuntime runtime = open(Optional.empty());
        Sandbox sandbox = create(runtime)) {
      GuestContext.Stored sent = store(text, ContextStore.Form.TEXT);
      assertEquals(
          Optional.of("(True, True)"),
          value(sandbox, "type(context) is str, context == 'aé€\ud83d\ude00' * 500_000", sent));
      sent = store(bytes, ContextStore.Form.EITHER);
      assertEquals(
          Optional.of("(True, '%s')".formatted(sent.contentHash())),
          value(sandbox, "import hashlib\ntype(context) is bytes, hashlib.sha256(context).hexdigest()", sent));
      assertEquals(Optional.of("67108864"), value(sandbox, "len(context)", largest));
      ContextTooLargeException e =
          assertThrows(ContextTooLargeException.class, () -> run(sandbox, "1", Optional.of(large)));
      assertTrue(e.getMessage().contains("67108865 bytes is over 64m"), e.getMessage());
      assertEquals(Optional.of("2"), run(sandbox, "1 + 1", Optional.empty()).value());
    }
  }

  private static final class Zeros extends InputStream {

    private long left;

    Zeros(long count) {
      this.left = count;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      int count = (int) Math.min(length, left);
      java.util.Arrays.fill(into, offset, offset + count, (byte) 0);
      left -= count;
      return count == 0 && length > 0 ? -1 : count;
    }
  }

  /** The engine's working folder under this name is not the daemon's: it sees another folder there, or none. */
  @Test
  void sendsDocumentsWhereTheDaemonDoesNotSeeTheFolder() throws Exception {
    Path unseen = Path.of("/proc/self/cwd").resolve("target").resolve("unseen-" + preference);
    Files.createDirectories(unseen);
    try (DockerSandboxRuntime runtime = open(Optional.of(unseen))) {
      assertTrue(Canary.probe(runtime, DockerRuntimeContract.SPEC, Deadline.after(LONG)).holds());
      try (Sandbox sandbox = create(runtime)) {
        assertTrue(isSent(sandbox));
      }
    }
    try (Stream<Path> left = Files.list(unseen)) {
      assertEquals(0, left.count());
    }
    Files.delete(unseen);
  }

  @Test
  void sendsDocumentsWhereTheGuestDoesNotSeeWhatIsPutIntoItsFolder() throws Exception {
    try (DockerSandboxRuntime runtime = open(Optional.of(data.mounts()))) {
      runtime.proveFiles(new Blind());
      try (Sandbox sandbox = create(runtime)) {
        assertTrue(isSent(sandbox));
      }
    }
    assertNothingIsLeft();
  }

  /** Sees nothing of what it is shown. */
  private static final class Blind implements Sandbox {

    @Override
    public ExecutionResult execute(ExecutionRequest request, OutputListener listener) {
      assertInstanceOf(GuestContext.Stored.class, request.context().orElseThrow());
      return new ExecutionResult(
          new Outcome.Completed(),
          Optional.of("None"),
          Map.of(),
          false,
          new Usage(Duration.ZERO, Optional.empty(), OptionalLong.empty()));
    }

    @Override
    public void interrupt(String executionId) {}

    @Override
    public Optional<Map<String, String>> variables(Deadline deadline) {
      return Optional.empty();
    }

    @Override
    public boolean alive() {
      return true;
    }

    @Override
    public void close() {}
  }

  /** What is sent is a plain text, however large. */
  private boolean isSent(Sandbox sandbox) throws InterruptedException {
    GuestContext.Stored context = store("x".repeat(2 << 20).getBytes(StandardCharsets.UTF_8), ContextStore.Form.TEXT);
    return value(sandbox, "type(context) is str", context).equals(Optional.of("True"));
  }

  private void assertNothingIsLeft() throws IOException {
    try (Stream<Path> left = Files.list(data.mounts())) {
      assertEquals(java.util.List.of(), left.toList());
    }
  }
}
