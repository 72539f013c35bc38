package dev.rlm.engine.sandbox.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Event;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to the daemon for what befalls containers from outside. One subscription serves all; a broken one is made again.
 *
 * <p>That a memory limit was reached must be heard, because it does not always end a container: under gVisor the kernel may kill
 * a process of the sandbox's that holds the guest's memory, and the sentry then waits for it for ever. That the daemon killed a
 * container, for an operator or because it stops itself, tells such an end from one of the guest's own.
 */
final class ContainerWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ContainerWatch.class);

  private static final String OUT_OF_MEMORY = "oom";
  private static final String KILLED = "kill";
  private static final Duration SUBSCRIBE_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final DockerDaemon daemon;
  private final String engineId;
  private final Map<String, Listener> watched = new ConcurrentHashMap<>();
  private final Thread listening;

  /** Hears of a container; called by the thread that listens, and perhaps more than once. */
  interface Listener {

    void outOfMemory();

    void killed();
  }

  /** Starts to listen for containers with the label of an engine. */
  ContainerWatch(DockerDaemon daemon, String engineId) {
    this.daemon = daemon;
    this.engineId = engineId;
    this.listening = Thread.ofVirtual().name("container-watch").start(this::listenForEver);
  }

  void watch(String containerId, Listener listener) {
    watched.put(containerId, listener);
  }

  void forget(String containerId) {
    watched.remove(containerId);
  }

  private void listenForEver() {
    try {
      while (!Thread.interrupted()) {
        listen();
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      log.trace("the watch ends");
    }
  }

  private void listen() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    try (Subscription _ =
        daemon.call("tell of events", Deadline.after(SUBSCRIBE_TIMEOUT), client -> subscribe(client, ended))) {
      ended.await();
    } catch (SandboxUnavailableException | DockerException e) {
      log.debug("the daemon's events cannot be listened to: {}", e.getMessage());
    } catch (IOException e) {
      log.debug("the subscription did not close: {}", e.getMessage());
    }
  }

  private Subscription subscribe(DockerClient client, CountDownLatch ended) {
    return client
        .eventsCmd()
        .withEventFilter(OUT_OF_MEMORY, KILLED)
        .withLabelFilter(ContainerLabels.ENGINE + "=" + engineId)
        .exec(new Subscription(ended));
  }

  @Override
  public void close() {
    listening.interrupt();
  }

  /** One connection over which events come. */
  private final class Subscription extends ResultCallback.Adapter<Event> {

    private final CountDownLatch ended;

    Subscription(CountDownLatch ended) {
      this.ended = ended;
    }

    @Override
    public void onNext(Event event) {
      Listener listener = event.getId() == null ? null : watched.get(event.getId());
      if (listener == null) {
        return;
      }
      if (OUT_OF_MEMORY.equals(event.getAction())) {
        listener.outOfMemory();
      } else if (KILLED.equals(event.getAction())) {
        listener.killed();
      }
    }

    @Override
    public void onError(Throwable failure) {
      log.debug("the daemon's events ended: {}", failure.getMessage());
      ended.countDown();
    }

    @Override
    public void onComplete() {
      super.onComplete();
      ended.countDown();
    }
  }
}
