package dev.rlm.engine.sandbox.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to a Docker daemon. Every call has a deadline: a call runs on a virtual thread of its own, which is
 * interrupted when time is up, since docker-java's response timeout has no effect on a unix socket. A daemon that hangs is
 * found out by its {@link DaemonPulse}, and calls then fail at once.
 */
final class DockerDaemon implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DockerDaemon.class);

  /** More connections than sandboxes can live: an attached stream holds one for its whole life. */
  private static final int MAX_CONNECTIONS = 10_000;

  private final String host;
  private final DockerHttpClient http;
  private final DockerClient client;
  private final DaemonPulse pulse;

  DockerDaemon(String host) {
    DefaultDockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder().withDockerHost(host).build();
    this.host = host;
    this.http =
        new ApacheDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .sslConfig(config.getSSLConfig())
            .maxConnections(MAX_CONNECTIONS)
            .build();
    this.client = DockerClientImpl.getInstance(config, http);
    this.pulse = new DaemonPulse(() -> client.pingCmd().exec());
  }

  /** A call to the daemon. */
  @FunctionalInterface
  interface Call<T> {
    T run(DockerClient client);
  }

  /**
   * Makes a call.
   *
   * @param what names the call in messages, such as {@code create a container}
   * @throws SandboxUnavailableException when the daemon cannot be reached or does not answer in time
   * @throws DockerException when the daemon answered that it will not
   */
  <T> T call(String what, Deadline deadline, Call<T> call) throws InterruptedException {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Thread asking = Thread.ofVirtual().name("docker " + what).unstarted(() -> ask(call, answer));
    try (DaemonPulse.Watch _ = pulse.watch(answer)) {
      if (!answer.isDone()) {
        asking.start();
      }
      return answer.get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw unavailable("did not %s in time".formatted(what), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DockerException refused) {
        throw refused;
      }
      throw e.getCause() instanceof DaemonPulse.SilentException
          ? unavailable("does not answer, and cannot be asked to %s".formatted(what), e)
          : unavailable("cannot be asked to %s: %s".formatted(what, rootMessage(e)), e);
    } finally {
      asking.interrupt();
    }
  }

  private <T> void ask(Call<T> call, CompletableFuture<T> answer) {
    try {
      answer.complete(call.run(client));
      pulse.heard();
    } catch (RuntimeException | Error e) {
      answer.completeExceptionally(e);
    }
  }

  /** Returns whether the daemon answers, as far as is known without asking. */
  boolean answers() {
    return pulse.answers();
  }

  /** The caller stopped waiting for what the daemon may do all the same. */
  void abandoned() {
    pulse.abandoned();
  }

  /**
   * Waits for the daemon to come back after it could not be reached, or for {@link #abandoned}; tells whether one of them happened.
   * One thread may do so.
   */
  boolean awaitChange(Duration time) throws InterruptedException {
    return pulse.awaitChange(time);
  }

  /**
   * Attaches to a container's streams, before it is started.
   *
   * @param input what the container will read; read by a thread of the transport's until it ends
   */
  DockerHttpClient.Response attach(String containerId, InputStream input, Deadline deadline) throws InterruptedException {
    DockerHttpClient.Request request =
        DockerHttpClient.Request.builder()
            .method(DockerHttpClient.Request.Method.POST)
            .path("/containers/%s/attach?stream=1&stdin=1&stdout=1&stderr=1".formatted(containerId))
            .hijackedInput(input)
            .build();
    return call("attach to a container", deadline, _ -> http.execute(request));
  }

  SandboxUnavailableException unavailable(String what, Throwable cause) {
    return new SandboxUnavailableException(
        SandboxUnavailableException.Reason.DAEMON, "the Docker daemon at %s %s".formatted(host, what), cause);
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  @Override
  public void close() {
    pulse.close();
    try {
      client.close();
    } catch (IOException e) {
      log.debug("the connection to the Docker daemon did not close: {}", e.getMessage());
    }
  }

  @Override
  public String toString() {
    return host;
  }
}
