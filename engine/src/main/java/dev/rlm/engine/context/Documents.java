package dev.rlm.engine.context;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.GuestContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The documents on disk, each once, under its hash, as long as a name or a use of it is counted. Safe for use by many threads.
 *
 * <p>A document gets to its place by a rename when it is whole and checked, so a file under a hash is that document, all of it.
 * It leaves by a rename too, and is removed after that: the state is under the monitor of this object, which nothing slow is done
 * under.
 *
 * <p>What counts against the budget is what lies on disk or is on its way there: an upload asks before it writes.
 */
final class Documents {

  private static final Logger log = LoggerFactory.getLogger(Documents.class);

  /** What a document costs at least: its block on disk. */
  private static final long LEAST_COST = 4_096;

  private final DataFolder folder;
  private final ByteSize budget;
  private final ContextStore.Listener listener;
  private final LongSupplier nanoTime;
  private final Map<String, Document> documents = new HashMap<>();
  private long used;

  Documents(DataFolder folder, ByteSize budget, ContextStore.Listener listener, LongSupplier nanoTime) {
    this.folder = folder;
    this.budget = budget;
    this.listener = listener;
    this.nanoTime = nanoTime;
  }

  /** One document. Its counts are under the monitor of {@link Documents}. */
  static final class Document {

    private final Upload.Finished facts;
    private int names;
    private int uses;
    private long lastUsed;

    private Document(Upload.Finished facts, long now) {
      this.facts = facts;
      this.lastUsed = now;
    }

    Upload.Finished facts() {
      return facts;
    }
  }

  static long cost(Upload.Finished document) {
    return Math.max(LEAST_COST, document.bytes() + document.indexBytes());
  }

  /** Takes bytes of the budget; false when it has not so many left. */
  synchronized boolean reserve(long bytes) {
    if (bytes > budget.bytes() - used) {
      return false;
    }
    used += bytes;
    return true;
  }

  /** Gives bytes of the budget back. */
  synchronized void release(long bytes) {
    used -= bytes;
  }

  /** Returns how much of the budget is taken. */
  synchronized long used() {
    return used;
  }

  /** Returns how many uses are under way. */
  synchronized int uses() {
    return documents.values().stream().mapToInt(document -> document.uses).sum();
  }

  /**
   * Makes a finished upload a document, and counts a name of it. Its cost must have been reserved; it is given back when the
   * document was there before.
   *
   * @return the document, and whether it is new: then a use of it is counted as well, until it is let go
   */
  synchronized Adopted adopt(Upload upload, Upload.Finished finished) throws IOException {
    Document known = documents.get(finished.contentHash());
    if (known != null) {
      used -= cost(finished);
      known.names++;
      return new Adopted(known, false);
    }
    if (finished.indexed()) {
      Files.move(upload.indexFile(), index(finished.contentHash()), StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(upload.dataFile(), data(finished.contentHash()), StandardCopyOption.ATOMIC_MOVE);
    Document document = new Document(finished, nanoTime.getAsLong());
    document.names++;
    document.uses++;
    documents.put(finished.contentHash(), document);
    return new Adopted(document, true);
  }

  /** What came of an upload. */
  record Adopted(Document document, boolean isNew) {}

  /** Counts one use more; empty when there is no such document. */
  synchronized Optional<Document> use(String contentHash) {
    Optional<Document> document = Optional.ofNullable(documents.get(contentHash));
    document.ifPresent(found -> found.uses++);
    return document;
  }

  /** Counts one use less. */
  void letGo(Document document) {
    List<Path> garbage;
    synchronized (this) {
      document.uses--;
      document.lastUsed = nanoTime.getAsLong();
      garbage = discardUnused(document);
    }
    remove(document, garbage);
  }

  /** Counts one name less. */
  void unname(Document document) {
    List<Path> garbage;
    synchronized (this) {
      document.names--;
      garbage = discardUnused(document);
    }
    remove(document, garbage);
  }

  /** Returns when a use last ended: {@code now}, while one is under way. */
  synchronized long lastUsed(Document document, long now) {
    return document.uses > 0 ? now : document.lastUsed;
  }

  /** Called under the monitor. Returns the files to be removed. */
  private List<Path> discardUnused(Document document) {
    if (document.names > 0 || document.uses > 0) {
      return List.of();
    }
    String hash = document.facts.contentHash();
    documents.remove(hash);
    used -= cost(document.facts);
    List<Path> garbage = new ArrayList<>();
    for (Path file : document.facts.indexed() ? List.of(index(hash), data(hash)) : List.of(data(hash))) {
      Path away = folder.uploads().resolve(UUID.randomUUID().toString());
      try {
        Files.move(file, away, StandardCopyOption.ATOMIC_MOVE);
        garbage.add(away);
      } catch (IOException e) {
        log.warn("the document {} could not be removed: {}", hash, e.getMessage());
      }
    }
    return garbage;
  }

  private void remove(Document document, List<Path> garbage) {
    for (Path file : garbage) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        log.warn("the document {} could not be removed: {}", document.facts.contentHash(), e.getMessage());
      }
    }
    if (!garbage.isEmpty()) {
      listener.removed(document.facts.contentHash());
    }
  }

  /** Returns a document as an execution takes it; as bytes, whatever it looks like, unless {@code text}. */
  GuestContext.Stored guest(Document document, boolean text) {
    Upload.Finished facts = document.facts;
    return new GuestContext.Stored(
        facts.contentHash(),
        data(facts.contentHash()),
        text && facts.indexed() ? Optional.of(index(facts.contentHash())) : Optional.empty(),
        text,
        facts.bytes(),
        text ? facts.characters() : facts.bytes());
  }

  private Path data(String contentHash) {
    return folder.content().resolve(contentHash);
  }

  private Path index(String contentHash) {
    return folder.content().resolve(contentHash + ".index");
  }
}
