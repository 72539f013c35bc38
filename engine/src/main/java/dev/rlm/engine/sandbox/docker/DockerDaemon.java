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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to a Docker daemon. Every call has a deadline: a call runs on a virtual thread of its own, which is
 * interrupted when time is up, since docker-java's response timeout has no effect on a unix socket.
 */
final class DockerDaemon implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DockerDaemon.class);

  /** More connections than sandboxes can live: an attached stream holds one for its whole life. */
  private static final int MAX_CONNECTIONS = 10_000;

  private final String host;
  private final DockerHttpClient http;
  private final DockerClient client;

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
    FutureTask<T> task = new FutureTask<>(() -> call.run(client));
    Thread.ofVirtual().name("docker " + what).start(task);
    try {
      return task.get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw unavailable("did not %s in time".formatted(what), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DockerException refused) {
        throw refused;
      }
      throw unavailable("cannot be asked to %s: %s".formatted(what, rootMessage(e)), e);
    } finally {
      task.cancel(true);
    }
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
