package dev.rlm.engine.context;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.execution.ContextHolds;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.GuestContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ContextStoreTest {

  private static final Duration TIME_TO_LIVE = Duration.ofHours(1);
  private static final String ANN = "ann";
  private static final String BOB = "bob";

  @TempDir Path root;

  private final AtomicLong ticks = new AtomicLong();
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();
  private Future<byte[]> readAlong = CompletableFuture.completedFuture(new byte[0]);
  private DataFolder folder;
  private ContextStore store;

  @BeforeEach
  void open() {
    folder = DataFolder.take(root);
    store = store(1 << 20, Upload.Opener.FILE);
  }

  private static byte[] readAndClose(InputStream document) throws IOException {
    try (document) {
      return document.readAllBytes();
    }
  }

  private ContextStore store(Function<InputStream, Consumer<GuestContext.Stored>> arrives) {
    ContextStore.Listener listener =
        new ContextStore.Listener() {
          @Override
          public Consumer<GuestContext.Stored> arrives(InputStream document) {
            return arrives.apply(document);
          }

          @Override
          public void removed(String contentHash) {}
        };
    return new ContextStore(
        folder,
        new ContextStore.Options(ByteSize.mebibytes(1), TIME_TO_LIVE),
        listener,
        now::get,
        ticks::get,
        Upload.Opener.FILE);
  }

  private ContextStore store(long budget, Upload.Opener opener) {
    ContextStore.Listener listener =
        new ContextStore.Listener() {
          @Override
          public Consumer<GuestContext.Stored> arrives(InputStream document) {
            readAlong = readers.submit(() -> readAndClose(document));
            return stored -> heard.add("stored " + stored.contentHash().substring(0, 8));
          }

          @Override
          public void removed(String contentHash) {
            heard.add("removed " + contentHash.substring(0, 8));
          }
        };
    return new ContextStore(folder, new ContextStore.Options(new ByteSize(budget), TIME_TO_LIVE), listener, now::get, ticks::get, opener);
  }

  /** Time passes, by both clocks. */
  private void pass(Duration time) {
    now.set(now.get().plus(time));
    ticks.addAndGet(time.toNanos());
  }

  @AfterEach
  void close() {
    store.close();
    folder.close();
    readers.close();
  }

  @Test
  void storesTextAndSaysWhatItIs() throws Exception {
    StoredContext stored = put(ANN, "Grüße");

    assertEquals(7, stored.bytes());
    assertEquals(5, stored.characters());
    assertTrue(stored.text());
    assertEquals(sha256("Grüße".getBytes(StandardCharsets.UTF_8)), stored.contentHash());
    assertEquals(now.get(), stored.created());
    assertEquals(stored, store.find(ANN, stored.id().value()));
    GuestContext.Stored document = store.guest(ANN, stored.id().value());
    assertEquals("Grüße", Files.readString(document.data()));
    assertEquals("r--r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(document.data())));
    assertEquals(List.of(0L), longs(document.index().orElseThrow()));
  }

  @Test
  void writesTheIndexOfTextThatIsNotAscii() throws Exception {
    for (int repeats : new int[] {1, 1_024, 1_025, 50_000}) {
      String text = "aé€\ud83d\ude00".repeat(repeats);

      GuestContext.Stored document = store.guest(ANN, put(ANN, text).id().value());

      assertEquals(TextScannerTest.marksOf(text), longs(document.index().orElseThrow()));
      assertEquals(text, Files.readString(document.data()));
      assertEquals(4L * repeats, document.characters());
    }
  }

  @Test
  void writesAnIndexLargerThanItsBuffer() throws Exception {
    String text = "é" + "x".repeat(40 << 20);
    store.close();
    store = store(64 << 20, Upload.Opener.FILE);

    GuestContext.Stored document = store.guest(ANN, put(ANN, text).id().value());

    assertEquals(TextScannerTest.marksOf(text), longs(document.index().orElseThrow()));
  }

  @Test
  void makesNoIndexOfAscii() {
    assertEquals(Optional.empty(), store.guest(ANN, put(ANN, "a".repeat(10_000)).id().value()).index());
  }

  @Test
  void takesBytesForBytes() {
    byte[] body = {(byte) 0xff, 0, 1};
    StoredContext stored = store.put(ANN, in(body), OptionalLong.of(3), ContextStore.Form.EITHER, Optional.empty());
    assertFalse(stored.text());
    assertEquals(3, stored.characters());

    StoredContext asked =
        store.put(ANN, in("é".getBytes(StandardCharsets.UTF_8)), OptionalLong.empty(), ContextStore.Form.BYTES, Optional.empty());
    assertFalse(asked.text());
    assertEquals(2, asked.characters());
    GuestContext.Stored document = store.guest(ANN, asked.id().value());
    assertEquals(Optional.empty(), document.index());
    assertEquals(2, document.characters());
    assertFalse(document.text());
  }

  @Test
  void refusesTextThatIsNone() throws IOException {
    ContextException e =
        refused(
            ContextException.Reason.INVALID_TEXT,
            () -> store.put(ANN, in(new byte[] {'a', (byte) 0xff}), OptionalLong.empty(), ContextStore.Form.TEXT, Optional.empty()));

    assertTrue(e.getMessage().contains("2 bytes is not valid UTF-8"), e.getMessage());
    nothingIsLeft();
  }

  @Test
  void holdsABodyAgainstItsDigest() throws Exception {
    byte[] body = "text".getBytes(StandardCharsets.UTF_8);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
    store.put(ANN, in(body), OptionalLong.empty(), ContextStore.Form.TEXT, Optional.of(digest));
    digest[0]++;

    ContextException e =
        refused(
            ContextException.Reason.DIGEST_MISMATCH,
            () -> store.put(ANN, in(body), OptionalLong.empty(), ContextStore.Form.TEXT, Optional.of(digest)));

    assertTrue(e.getMessage().contains(sha256(body)), e.getMessage());
    assertEquals(List.of(), files("uploads"));
  }

  @Test
  void keepsNothingOfABodyThatBreaksOff() throws IOException {
    InputStream broken = new SequenceInputStream(in("a".repeat(600_000).getBytes(StandardCharsets.UTF_8)), new Unreadable());
    ContextException e =
        refused(
            ContextException.Reason.BROKEN_OFF,
            () -> store.put(ANN, broken, OptionalLong.empty(), ContextStore.Form.EITHER, Optional.empty()));
    assertTrue(e.getMessage().contains("broke off after 524288 bytes"), e.getMessage());

    refused(
        ContextException.Reason.BROKEN_OFF,
        () -> store.put(ANN, in(new byte[5]), OptionalLong.of(6), ContextStore.Form.EITHER, Optional.empty()));
    nothingIsLeft();
  }

  @Test
  void storesTheSameContentOnceForAllItsOwners() throws Exception {
    StoredContext one = put(ANN, "same");
    StoredContext two = put(ANN, "same");
    StoredContext three = put(BOB, "same");

    assertNotEquals(one.id(), two.id());
    assertEquals(List.of(one.contentHash()), files("content"));
    assertEquals("stored " + one.contentHash().substring(0, 8), heard.poll(10, TimeUnit.SECONDS));
    store.delete(ANN, one.id().value());
    store.delete(ANN, two.id().value());
    assertEquals(List.of(one.contentHash()), files("content"));
    assertEquals("same", Files.readString(store.guest(BOB, three.id().value()).data()));
    store.delete(BOB, three.id().value());
    assertEquals("removed " + one.contentHash().substring(0, 8), heard.poll(10, TimeUnit.SECONDS));
    assertEquals(List.of(), List.copyOf(heard));
    nothingIsLeft();
  }

  @Test
  void showsACallerItsOwnContextsAlone() {
    StoredContext hers = put(ANN, "hers");
    pass(Duration.ofSeconds(1));
    StoredContext later = put(ANN, "later");
    StoredContext his = put(BOB, "his");

    assertEquals(List.of(hers.id(), later.id()), store.list(ANN).stream().map(StoredContext::id).toList());
    assertEquals(List.of(his.id()), store.list(BOB).stream().map(StoredContext::id).toList());
    for (String id : List.of(his.id().value(), "0".repeat(32), "", "../x")) {
      refused(ContextException.Reason.UNKNOWN, () -> store.find(ANN, id));
      refused(ContextException.Reason.UNKNOWN, () -> store.guest(ANN, id));
      store.delete(ANN, id);
    }
    assertEquals(his.id(), store.find(BOB, his.id().value()).id());
  }

  @Test
  void forgetsWhatIsNotUsed() throws Exception {
    StoredContext used = put(ANN, "used");
    StoredContext unused = put(ANN, "unused");
    pass(TIME_TO_LIVE.dividedBy(2));
    store.guest(ANN, used.id().value());
    store.find(ANN, unused.id().value());
    awaitHeard(2);
    pass(TIME_TO_LIVE.dividedBy(2).plusSeconds(1));

    store.expire();

    assertEquals(List.of(used.id()), store.list(ANN).stream().map(StoredContext::id).toList());
    refused(ContextException.Reason.UNKNOWN, () -> store.find(ANN, unused.id().value()));
    assertEquals(List.of(used.contentHash()), files("content"));
    pass(TIME_TO_LIVE.plusSeconds(1));
    store.expire();
    nothingIsLeft();
  }

  @Test
  void forgetsNothingBecauseTheWallClockWasStepped() throws Exception {
    StoredContext stored = put(ANN, "text");
    awaitHeard(1);
    for (Duration step : List.of(TIME_TO_LIVE.multipliedBy(2), TIME_TO_LIVE.multipliedBy(-5))) {
      now.set(now.get().plus(step));
      store.expire();
      assertEquals(Duration.ZERO, store.find(ANN, stored.id().value()).idle());
    }
  }

  @Test
  void leavesWhatIsUsedWhereItIsAndWhatWasUsedForAnotherWhile() throws Exception {
    StoredContext stored = put(ANN, "text");
    GuestContext.Stored document = store.guest(ANN, stored.id().value());
    awaitHeard(1);
    ContextHolds.Hold hold = store.hold(document);
    pass(TIME_TO_LIVE.multipliedBy(3));
    store.expire();
    assertEquals(Duration.ZERO, store.find(ANN, stored.id().value()).idle());

    hold.close();
    hold.close();
    store.expire();
    assertEquals(List.of(stored.contentHash()), files("content"));
    pass(TIME_TO_LIVE.plusSeconds(1));
    store.expire();
    nothingIsLeft();
  }

  @Test
  void removesADeletedDocumentWhenItsLastUseHasEnded() throws Exception {
    StoredContext stored = put(ANN, "é text");
    GuestContext.Stored document = store.guest(ANN, stored.id().value());
    awaitHeard(1);
    ContextHolds.Hold one = store.hold(document);
    ContextHolds.Hold other = store.hold(document);

    store.delete(ANN, stored.id().value());

    refused(ContextException.Reason.UNKNOWN, () -> store.find(ANN, stored.id().value()));
    assertEquals("é text", Files.readString(document.data()));
    one.close();
    assertEquals("é text", Files.readString(document.data()));
    assertTrue(store.figures().bytes() > 0);
    other.close();
    nothingIsLeft();
    refused(ContextException.Reason.UNKNOWN, () -> store.hold(document));
  }

  @Test
  void needsNoHoldOnWhatTravelsWithTheCode() {
    store.hold(new GuestContext.Json("1")).close();
  }

  @Test
  void letsTheListenerReadADocumentWhileItArrives() throws Exception {
    PipedOutputStream sender = new PipedOutputStream();
    PipedInputStream body = new PipedInputStream(sender, 1 << 20);
    CompletableFuture<byte[]> begun = new CompletableFuture<>();
    store.close();
    store =
        store(
            document -> {
              readAlong =
                  readers.submit(
                      () -> {
                        begun.complete(document.readNBytes(256 << 10));
                        return readAndClose(document);
                      });
              return _ -> {};
            });
    byte[] text = "0123456789abcdef".repeat(40_000).getBytes(StandardCharsets.UTF_8);
    Future<StoredContext> stored =
        readers.submit(() -> store.put(ANN, body, OptionalLong.empty(), ContextStore.Form.TEXT, Optional.empty()));

    sender.write(text, 0, 400_000);
    assertArrayEquals(Arrays.copyOf(text, 256 << 10), begun.get(30, TimeUnit.SECONDS));
    assertFalse(stored.isDone());
    sender.write(text, 400_000, text.length - 400_000);
    sender.close();

    assertEquals(sha256(text), stored.get(30, TimeUnit.SECONDS).contentHash());
    assertArrayEquals(Arrays.copyOfRange(text, 256 << 10, text.length), readAlong.get(30, TimeUnit.SECONDS));
  }

  @Test
  void tellsTheListenerThatTheRestDoesNotArrive() {
    refused(
        ContextException.Reason.BROKEN_OFF,
        () -> store.put(ANN, new Unreadable(), OptionalLong.empty(), ContextStore.Form.EITHER, Optional.empty()));

    ExecutionException e = assertThrows(ExecutionException.class, () -> readAlong.get(30, TimeUnit.SECONDS));
    assertInstanceOf(IOException.class, e.getCause());
    assertTrue(heard.isEmpty());
  }

  @Test
  void hasToldTheListenerBeforeTheOwnerKnows() throws Exception {
    StoredContext stored = put(ANN, "text");

    assertEquals("stored " + stored.contentHash().substring(0, 8), heard.poll());
    assertArrayEquals("text".getBytes(StandardCharsets.UTF_8), readAlong.get(30, TimeUnit.SECONDS));
  }

  @Test
  void refusesWhatIsOverTheBudgetBeforeItIsWritten() throws IOException {
    ContextException e =
        refused(
            ContextException.Reason.NO_ROOM,
            () -> store.put(ANN, new Unreadable(), OptionalLong.of((1 << 20) + 1), ContextStore.Form.EITHER, Optional.empty()));
    assertTrue(e.getMessage().contains("may take 1m (RLM_CONTEXT_BUDGET)"), e.getMessage());

    refused(
        ContextException.Reason.NO_ROOM,
        () -> store.put(ANN, in(new byte[(1 << 20) + 1]), OptionalLong.empty(), ContextStore.Form.EITHER, Optional.empty()));
    nothingIsLeft();
    put(ANN, "a".repeat(1 << 20));
  }

  @Test
  void countsAllDocumentsAgainstTheBudgetAndGivesItBack() throws Exception {
    StoredContext first = put(ANN, "a".repeat(600_000));
    refused(ContextException.Reason.NO_ROOM, () -> put(BOB, "b".repeat(600_000)));
    put(BOB, "a".repeat(400_000));
    assertEquals(1_000_000, store.figures().bytes());
    awaitHeard(2);
    pass(TIME_TO_LIVE.plusSeconds(1));

    put(BOB, "b".repeat(600_000));

    assertEquals(600_000, store.figures().bytes());
    assertEquals(1, store.figures().contexts());
    refused(ContextException.Reason.UNKNOWN, () -> store.find(ANN, first.id().value()));
  }

  @Test
  void countsAnEmptyDocumentForItsPlace() {
    StoredContext empty = put(ANN, "");
    assertEquals(0, empty.bytes());
    assertTrue(empty.text());
    assertEquals(4_096, store.figures().bytes());
  }

  @Test
  void countsTheIndexToo() {
    put(ANN, "é".repeat(100_000));
    assertEquals(200_000 + 8 * 25, store.figures().bytes());
  }

  @Test
  void saysThatTheDiskIsFullAndKeepsNothing() throws IOException {
    store.close();
    store = store(1 << 20, path -> full(Upload.Opener.FILE.open(path), 300_000));

    ContextException e = refused(ContextException.Reason.NO_ROOM, () -> put(ANN, "a".repeat(600_000)));

    assertTrue(e.getMessage().contains("No space left on device"), e.getMessage());
    assertFalse(e.getMessage().contains(root.toString()), e.getMessage());
    nothingIsLeft();
    put(ANN, "small");
  }

  private static WritableByteChannel full(WritableByteChannel file, long room) {
    return new WritableByteChannel() {
      private long left = room;

      @Override
      public int write(ByteBuffer bytes) throws IOException {
        left -= bytes.remaining();
        if (left < 0) {
          throw new FileSystemException("a secret path", null, "No space left on device");
        }
        return file.write(bytes);
      }

      @Override
      public boolean isOpen() {
        return file.isOpen();
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }

  @Test
  void neverShowsHalfADocument() throws Exception {
    AtomicReference<List<String>> seen = new AtomicReference<>();
    InputStream watching =
        new ByteArrayInputStream("a".repeat(700_000).getBytes(StandardCharsets.UTF_8)) {
          @Override
          public synchronized int read(byte[] into, int offset, int length) {
            seen.set(files("content"));
            return super.read(into, offset, length);
          }
        };
    store.put(ANN, watching, OptionalLong.empty(), ContextStore.Form.EITHER, Optional.empty());
    assertEquals(List.of(), seen.get());
    assertEquals(1, files("content").size());
    assertEquals(List.of(), files("uploads"));
  }

  @Test
  void survivesAListenerThatFails() throws Exception {
    store.close();
    store =
        new ContextStore(
            folder,
            new ContextStore.Options(ByteSize.mebibytes(1), TIME_TO_LIVE),
            new ContextStore.Listener() {
              @Override
              public Consumer<GuestContext.Stored> arrives(InputStream document) throws IOException {
                document.close();
                return _ -> {
                  heard.add("stored");
                  throw new IllegalStateException("no index");
                };
              }

              @Override
              public void removed(String contentHash) {
                heard.add("removed");
              }
            },
            now::get,
            ticks::get,
            Upload.Opener.FILE);
    StoredContext stored = put(ANN, "text");
    assertEquals("stored", heard.poll(10, TimeUnit.SECONDS));
    store.delete(ANN, stored.id().value());
    assertEquals("removed", heard.poll(10, TimeUnit.SECONDS));
  }

  private static final class Unreadable extends InputStream {

    @Override
    public int read() throws IOException {
      throw new IOException("reset");
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      throw new IOException("reset");
    }
  }

  private StoredContext put(String owner, String text) {
    return store.put(
        owner, in(text.getBytes(StandardCharsets.UTF_8)), OptionalLong.empty(), ContextStore.Form.TEXT, Optional.empty());
  }

  /** Waits until the listener was told, and its own use has ended: only then the clock may be moved. */
  private void awaitHeard(int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      String told = heard.poll(10, TimeUnit.SECONDS);
      assertTrue(told != null && told.startsWith("stored"), told);
    }
    while (store.figures().uses() > 0) {
      Thread.onSpinWait();
    }
  }

  private static InputStream in(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  private static ContextException refused(ContextException.Reason reason, org.junit.jupiter.api.function.Executable action) {
    ContextException e = assertThrows(ContextException.class, action);
    assertEquals(reason, e.reason());
    return e;
  }

  private void nothingIsLeft() {
    assertEquals(List.of(), files("uploads"));
    assertEquals(List.of(), files("content"));
    assertEquals(0, store.figures().bytes());
  }

  private List<String> files(String part) {
    try (Stream<Path> found = Files.list(folder.content().resolveSibling(part))) {
      return found.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<Long> longs(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Long> longs = new ArrayList<>();
    while (bytes.hasRemaining()) {
      longs.add(bytes.getLong());
    }
    return longs;
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
