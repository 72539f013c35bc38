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
 * Listens to the daemon for containers whose memory limit was reached. Needed because that does not always end a container:
 * under gVisor the kernel may kill a process of the sandbox's that holds the guest's memory, and the sentry then waits for it
 * for ever. One subscription serves all containers; a broken one is made again.
 */
final class OutOfMemoryWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(OutOfMemoryWatch.class);

  private static final Duration SUBSCRIBE_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final DockerDaemon daemon;
  private final String engineId;
  private final Map<String, Runnable> watched = new ConcurrentHashMap<>();
  private final Thread listening;

  /** Starts to listen for containers with the label of an engine. */
  OutOfMemoryWatch(DockerDaemon daemon, String engineId) {
    this.daemon = daemon;
    this.engineId = engineId;
    this.listening = Thread.ofVirtual().name("out-of-memory-watch").start(this::listenForEver);
  }

  /** Has {@code action} called, at most once, when the container reaches its memory limit. */
  void watch(String containerId, Runnable action) {
    watched.put(containerId, action);
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
        .withEventFilter("oom")
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
      Runnable action = event.getId() == null ? null : watched.remove(event.getId());
      if (action != null) {
        action.run();
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
