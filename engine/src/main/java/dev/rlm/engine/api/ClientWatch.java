package dev.rlm.engine.api;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a client has closed its connection while its request is still being served, and interrupts the thread that serves
 * it: nobody would read the answer. A client that closes its sending side alone counts as gone too.
 *
 * <p>The server does not read a connection while it serves a request on it. One thread here watches, by a selector of its own, the
 * sockets of requests that take longer than a moment: one that has become readable without a byte to read has ended. A request that
 * is over sooner costs an entry in a set.
 */
final class ClientWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ClientWatch.class);

  /** How often new requests are taken up, at the latest. After that a closed connection is noticed at once. */
  private static final Duration PERIOD = Duration.ofMillis(500);

  private final Selector selector;
  private final Set<Watched> newcomers = ConcurrentHashMap.newKeySet();

  private ClientWatch(Selector selector) {
    this.selector = selector;
  }

  static ClientWatch start() {
    try {
      ClientWatch watch = new ClientWatch(Selector.open());
      Thread.ofPlatform().daemon().name("client-watch").start(watch::run);
      return watch;
    } catch (IOException e) {
      throw new UncheckedIOException("client connections cannot be watched", e);
    }
  }

  /** Watches a request's connection until the result is closed; the calling thread is the one to interrupt. */
  Watched watch(Context ctx) {
    Watched watched = new Watched(Thread.currentThread(), Peer.of(ctx).socket());
    newcomers.add(watched);
    return watched;
  }

  private void run() {
    try {
      while (true) {
        selector.select(this::readable, PERIOD.toMillis());
        takeUpNewcomers();
      }
    } catch (ClosedSelectorException e) {
      log.trace("clients are no longer watched");
    } catch (IOException | RuntimeException e) {
      log.error("clients are no longer watched: those who go away before their answer are not noticed", e);
    }
  }

  private void readable(SelectionKey key) {
    key.cancel();
    if (key.attachment() instanceof Watched watched && watched.hasEnded()) {
      watched.interrupt();
    }
  }

  private void takeUpNewcomers() {
    for (Iterator<Watched> all = newcomers.iterator(); all.hasNext(); ) {
      if (all.next().register(selector)) {
        all.remove();
      }
    }
  }

  @Override
  public void close() {
    try {
      selector.close();
    } catch (IOException e) {
      log.debug("the selector was not closed", e);
    }
  }

  /** One request under way. */
  final class Watched implements AutoCloseable {

    private final Thread serving;
    private final Optional<SocketChannel> socket;
    private @Nullable SelectionKey key;
    private boolean over;
    private boolean gone;

    private Watched(Thread serving, Optional<SocketChannel> socket) {
      this.serving = serving;
      this.socket = socket;
    }

    /** Returns whether there is nothing more to take up: a connection's earlier watch may still have to be let go of. */
    private synchronized boolean register(Selector with) {
      if (over || socket.isEmpty()) {
        return true;
      }
      try {
        key = socket.get().register(with, SelectionKey.OP_READ, this);
        return true;
      } catch (CancelledKeyException e) {
        return false;
      } catch (ClosedChannelException e) {
        interrupt();
        return true;
      }
    }

    private boolean hasEnded() {
      try {
        // The next request, sent before this one's answer, is no reason to stop.
        return socket.isPresent() && socket.get().socket().getInputStream().available() == 0;
      } catch (IOException e) {
        return true;
      }
    }

    private synchronized void interrupt() {
      if (!over) {
        gone = true;
        serving.interrupt();
      }
    }

    /** Returns whether the client went away. */
    synchronized boolean gone() {
      return gone;
    }

    /** Ends the watch: from here on the thread is not interrupted. */
    @Override
    public synchronized void close() {
      over = true;
      newcomers.remove(this);
      if (key != null) {
        key.cancel();
      }
    }
  }
}
