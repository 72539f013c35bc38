package dev.rlm.engine.remote;

import dev.rlm.engine.client.EngineClient;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Stored contexts on their way to another engine: each is sent once, and given up with its last use. Safe for use by many threads. */
final class Documents {

  private final EngineClient client;
  private final Map<String, Document> used = new HashMap<>();

  Documents(EngineClient client) {
    this.client = client;
  }

  /** Begins to use a document, which is sent when its name is asked for. */
  synchronized Document use(GuestContext.Stored stored) {
    Document document = used.computeIfAbsent(stored.contentHash(), _ -> new Document(stored));
    document.users++;
    return document;
  }

  private synchronized boolean endUse(Document document) {
    return --document.users == 0 && used.remove(document.stored.contentHash(), document);
  }

  /** A document in use. To be closed once for each use. */
  final class Document implements AutoCloseable {

    private final GuestContext.Stored stored;
    private final ReentrantLock sending = new ReentrantLock();
    private int users;
    private volatile String id = "";

    private Document(GuestContext.Stored stored) {
      this.stored = stored;
    }

    /**
     * Returns the name by which the other engine knows it now.
     *
     * @param unknown a name that it does not know any more; empty for none
     * @throws dev.rlm.engine.client.ClientException when it does not take it
     */
    String id(String unknown) throws InterruptedException {
      sending.lockInterruptibly();
      try {
        if (id.equals(unknown)) {
          id = client.storeContext(stored.data(), stored.text());
        }
        return id;
      } catch (IOException e) {
        throw new SandboxUnavailableException(
            SandboxUnavailableException.Reason.RUNTIME, "the context cannot be read (%s)".formatted(e), e);
      } finally {
        sending.unlock();
      }
    }

    @Override
    public void close() {
      if (endUse(this) && !id.isEmpty()) {
        client.deleteContext(id);
      }
    }
  }
}
