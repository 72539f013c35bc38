package dev.rlm.engine.context;

import dev.rlm.engine.execution.ContextHolds;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.GuestContext;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What callers have stored: ids, each its owner's alone, of documents, which are shared. Safe for use by many threads.
 *
 * <p>A context that is not used for its time to live is forgotten, and so is one that its owner deletes; the document stays until no
 * use of it is under way any more.
 */
public final class ContextStore implements ContextHolds, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ContextStore.class);

  /** More than anybody needs; each takes some memory. */
  static final int MAX_CONTEXTS = 100_000;

  private static final int PIECE = 256 << 10;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final DataFolder folder;
  private final Options options;
  private final Listener listener;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Upload.Opener opener;
  private final Documents documents;
  private final Map<ContextId, Entry> entries = new HashMap<>();
  private final Thread expiry;

  /**
   * How much there may be, and how long.
   *
   * @param budget bytes on disk, of all documents together
   * @param timeToLive how long a context lives that is not used
   */
  public record Options(ByteSize budget, Duration timeToLive) {}

  /** What a caller says a document is. */
  public enum Form {
    /** Text: refused when it is not UTF-8. */
    TEXT,
    /** Bytes, whatever they look like. */
    BYTES,
    /** Text when it is valid UTF-8, else bytes. */
    EITHER
  }

  /** Hears of documents. */
  public interface Listener {

    /** Hears nothing. */
    Listener NONE =
        new Listener() {
          @Override
          public Consumer<GuestContext.Stored> arrives(InputStream document) throws IOException {
            document.close();
            return _ -> {};
          }

          @Override
          public void removed(String contentHash) {}
        };

    /**
     * A document begins to arrive.
     *
     * @param document gives what has arrived, waits for more, and fails when the rest does not come; to be read and closed
     *     by a thread of the listener's
     * @return told when it is stored and was not there before, before its owner knows of it; it stays until that returns
     */
    Consumer<GuestContext.Stored> arrives(InputStream document) throws IOException;

    /** A document is gone. */
    void removed(String contentHash);
  }

  /**
   * How the store stands.
   *
   * @param contexts how many ids there are
   * @param bytes how much of the budget is taken, with uploads under way
   * @param uses how many uses of documents are under way
   */
  public record Figures(int contexts, long bytes, int uses) {}

  /** One id. When it was last used is under the monitor of the store. */
  private static final class Entry {

    final ContextId id;
    final String owner;
    final Documents.Document document;
    final boolean text;
    final Instant created;
    long lastUsed;

    Entry(ContextId id, String owner, Documents.Document document, boolean text, Instant created, long now) {
      this.id = id;
      this.owner = owner;
      this.document = document;
      this.text = text;
      this.created = created;
      this.lastUsed = now;
    }
  }

  /** Creates the store over an empty folder, and begins to forget what nobody uses. */
  public ContextStore(DataFolder folder, Options options, Listener listener, InstantSource clock) {
    this(folder, options, listener, clock, System::nanoTime, Upload.Opener.FILE);
  }

  /** As the other, with {@code nanoTime}, by which contexts are forgotten: a clock that only goes forward. */
  ContextStore(
      DataFolder folder,
      Options options,
      Listener listener,
      InstantSource clock,
      LongSupplier nanoTime,
      Upload.Opener opener) {
    this.folder = folder;
    this.options = options;
    this.listener = listener;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.opener = opener;
    this.documents = new Documents(folder, options.budget(), listener, nanoTime);
    this.expiry = Thread.ofVirtual().name("context-expiry").start(this::expireForEver);
  }

  /**
   * Stores a document, all of it or nothing.
   *
   * @param owner who may use it
   * @param body read to its end
   * @param announced its length, where the caller said it
   * @param sha256 its digest, where the caller said it
   * @throws ContextException when it cannot be stored
   */
  public StoredContext put(String owner, InputStream body, OptionalLong announced, Form form, Optional<byte[]> sha256) {
    long reserved = 0;
    try (Upload upload = new Upload(folder.uploads(), opener)) {
      if (announced.isPresent()) {
        reserved += reserve(announced.getAsLong());
      }
      Consumer<GuestContext.Stored> arrival = listener.arrives(upload.arriving());
      byte[] piece = new byte[PIECE];
      for (int count = read(body, piece, upload); count > 0; count = read(body, piece, upload)) {
        reserved += reserve(upload.length() + count + upload.indexLength() - reserved);
        upload.write(piece, count);
      }
      if (announced.isPresent() && announced.getAsLong() != upload.length()) {
        throw brokenOff(upload, new IOException("%d bytes were announced".formatted(announced.getAsLong())));
      }
      Upload.Finished finished = upload.finish();
      check(finished, form, sha256);
      reserved += reserve(Documents.cost(finished) - reserved);
      documents.release(reserved - Documents.cost(finished));
      reserved = Documents.cost(finished);
      StoredContext stored = commit(owner, upload, finished, form, arrival);
      reserved = 0; // The document's from now on.
      return stored;
    } catch (IOException e) {
      throw unwritable(e);
    } finally {
      documents.release(reserved);
    }
  }

  /** Fills the piece, unless the body ends before that. */
  private static int read(InputStream body, byte[] piece, Upload upload) {
    try {
      return body.readNBytes(piece, 0, piece.length);
    } catch (IOException e) {
      throw brokenOff(upload, e);
    }
  }

  private static ContextException brokenOff(Upload upload, IOException cause) {
    return new ContextException(
        ContextException.Reason.BROKEN_OFF,
        "the body broke off after %d bytes, and nothing of it is kept: send it again".formatted(upload.length()),
        cause);
  }

  /** Takes so much of the budget, if need be after forgetting what has outlived its time; returns how much. */
  private long reserve(long bytes) {
    if (bytes <= 0) {
      return 0;
    }
    if (!documents.reserve(bytes)) {
      expire();
      if (!documents.reserve(bytes)) {
        throw new ContextException(
            ContextException.Reason.NO_ROOM,
            "there is no room for the body: contexts take %d bytes already, and may take %s (RLM_CONTEXT_BUDGET): delete some, or wait until they expire"
                .formatted(documents.used(), options.budget()));
      }
    }
    return bytes;
  }

  private static void check(Upload.Finished finished, Form form, Optional<byte[]> sha256) {
    if (sha256.isPresent() && !HexFormat.of().formatHex(sha256.get()).equals(finished.contentHash())) {
      throw new ContextException(
          ContextException.Reason.DIGEST_MISMATCH,
          "the body of %d bytes has the SHA-256 %s, not the one in Content-Digest: send it again"
              .formatted(finished.bytes(), finished.contentHash()));
    }
    if (form == Form.TEXT && !finished.text()) {
      throw new ContextException(
          ContextException.Reason.INVALID_TEXT,
          "the body of %d bytes is not valid UTF-8: convert it, or send it as application/octet-stream to have bytes"
              .formatted(finished.bytes()));
    }
  }

  private StoredContext commit(
      String owner, Upload upload, Upload.Finished finished, Form form, Consumer<GuestContext.Stored> arrival) throws IOException {
    boolean text = finished.text() && form != Form.BYTES;
    StoredContext stored;
    Documents.Adopted adopted;
    synchronized (this) {
      if (entries.size() >= MAX_CONTEXTS) {
        throw new ContextException(
            ContextException.Reason.NO_ROOM,
            "there are %d contexts, as many as there may be: delete some".formatted(MAX_CONTEXTS));
      }
      adopted = documents.adopt(upload, finished);
      Entry entry = new Entry(ContextId.random(), owner, adopted.document(), text, clock.instant(), nanoTime.getAsLong());
      entries.put(entry.id, entry);
      stored = view(entry);
    }
    if (adopted.isNew()) {
      tell(arrival, adopted.document(), finished.text());
    }
    return stored;
  }

  private void tell(Consumer<GuestContext.Stored> arrival, Documents.Document document, boolean text) {
    try {
      arrival.accept(documents.guest(document, text));
    } catch (RuntimeException e) {
      log.error("the document {} could not be made ready", document.facts().contentHash(), e);
    } finally {
      documents.letGo(document);
    }
  }

  private ContextException unwritable(IOException e) {
    log.error("a context could not be written to {}: {}", folder.uploads(), e.getMessage());
    return new ContextException(
        ContextException.Reason.NO_ROOM,
        "the engine's disk did not take the body: %s. Nothing of it is kept; free some space where RLM_DATA_DIR is"
            .formatted(reason(e)),
        e);
  }

  /** The reason without the path in front, which is none of a caller's concern. */
  private static String reason(IOException e) {
    return e instanceof java.nio.file.FileSystemException file
        ? java.util.Objects.requireNonNullElse(file.getReason(), file.getClass().getSimpleName())
        : java.util.Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
  }

  /** Returns the contexts of a caller, oldest first. */
  public synchronized List<StoredContext> list(String owner) {
    return entries.values().stream()
        .filter(entry -> entry.owner.equals(owner))
        .sorted(Comparator.comparing((Entry entry) -> entry.created).thenComparing(entry -> entry.id.value()))
        .map(this::view)
        .toList();
  }

  /**
   * Finds a context. Looking at it is no use.
   *
   * @throws ContextException when there is none of that name, or it is another caller's
   */
  public synchronized StoredContext find(String owner, String id) {
    return view(entry(owner, id));
  }

  /**
   * Finds a context for an execution, which is a use of it. Whoever reads the document after that holds it.
   *
   * @throws ContextException when there is none of that name, or it is another caller's
   */
  public synchronized GuestContext.Stored guest(String owner, String id) {
    Entry entry = entry(owner, id);
    entry.lastUsed = nanoTime.getAsLong();
    return documents.guest(entry.document, entry.text);
  }

  private Entry entry(String owner, String id) {
    return ContextId.parse(id)
        .map(entries::get)
        .filter(entry -> entry.owner.equals(owner))
        .orElseThrow(
            () ->
                new ContextException(
                    ContextException.Reason.UNKNOWN,
                    "there is no such context: it was deleted, or not used for %d s (RLM_CONTEXT_TTL), or never there; PUT /context stores one"
                        .formatted(options.timeToLive().toSeconds())));
  }

  private StoredContext view(Entry entry) {
    Upload.Finished facts = entry.document.facts();
    return new StoredContext(
        entry.id,
        facts.contentHash(),
        entry.text,
        facts.bytes(),
        entry.text ? facts.characters() : facts.bytes(),
        entry.created,
        idle(entry));
  }

  private Duration idle(Entry entry) {
    long now = nanoTime.getAsLong();
    return Duration.ofNanos(Math.min(now - entry.lastUsed, now - documents.lastUsed(entry.document, now)));
  }

  /** Deletes a context of a caller's; one that is not there is none of the caller's concern. */
  public void delete(String owner, String id) {
    forget(entry -> entry.owner.equals(owner) && entry.id.value().equals(id));
  }

  /** Forgets what was not used for its time to live. */
  void expire() {
    forget(entry -> idle(entry).compareTo(options.timeToLive()) > 0);
  }

  private void forget(Predicate<Entry> which) {
    List<Entry> forgotten = new ArrayList<>();
    synchronized (this) {
      for (Entry entry : entries.values()) {
        if (which.test(entry)) {
          forgotten.add(entry);
        }
      }
      forgotten.forEach(entry -> entries.remove(entry.id));
    }
    forgotten.forEach(entry -> documents.unname(entry.document));
  }

  private void expireForEver() {
    Duration quarter = options.timeToLive().dividedBy(4);
    try {
      while (true) {
        Thread.sleep(quarter.compareTo(LONGEST_PAUSE) < 0 ? quarter : LONGEST_PAUSE);
        expire();
      }
    } catch (InterruptedException e) {
      log.trace("contexts no longer expire");
    }
  }

  @Override
  public Hold hold(GuestContext context) {
    return switch (context) {
      case GuestContext.Json _ -> () -> {};
      case GuestContext.Stored stored -> {
        Documents.Document document =
            documents
                .use(stored.contentHash())
                .orElseThrow(
                    () ->
                        new ContextException(
                            ContextException.Reason.UNKNOWN, "the context was deleted before the execution began"));
        AtomicBoolean held = new AtomicBoolean(true);
        yield () -> {
          if (held.compareAndSet(true, false)) {
            documents.letGo(document);
          }
        };
      }
    };
  }

  /** Returns how the store stands. */
  public synchronized Figures figures() {
    return new Figures(entries.size(), documents.used(), documents.uses());
  }

  /** Forgets everything. The files go with the folder. */
  @Override
  public void close() {
    expiry.interrupt();
  }
}
