package dev.rlm.benchmark;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The Docker daemon that the engine uses, asked directly. */
final class Daemon implements AutoCloseable {

  private static final String ENGINE_LABEL = "dev.rlm.engine";
  private static final String MADE_HERE = "dev.rlm.benchmark";
  private static final int MAX_CONNECTIONS = 1_000;

  private final DockerHttpClient http;
  private final DockerClient client;
  private final Path folder;

  Daemon() throws IOException {
    this.folder = Files.createTempDirectory("rlm-benchmark");
    DefaultDockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder().build();
    this.http =
        new ApacheDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .sslConfig(config.getSSLConfig())
            .maxConnections(MAX_CONNECTIONS)
            .build();
    this.client = DockerClientImpl.getInstance(config, http);
  }

  DockerClient client() {
    return client;
  }

  String version() {
    Info info = client.infoCmd().exec();
    return Objects.requireNonNullElse(info.getServerVersion(), "unknown");
  }

  /** Returns the ids of an engine's containers, in whatever state. */
  List<String> containersOf(String engineId) {
    return client.listContainersCmd().withShowAll(true).withLabelFilter(List.of(ENGINE_LABEL + "=" + engineId)).exec().stream()
        .map(Container::getId)
        .toList();
  }

  /** Returns how a waiting sandbox of an engine's was made: what is compared with it is made alike. */
  InspectContainerResponse sandboxOf(String engineId) {
    String id = containersOf(engineId).stream().findFirst().orElseThrow();
    return client.inspectContainerCmd(id).exec();
  }

  /** Makes a container that is made as another one was, and does not start it. */
  String create(InspectContainerResponse like) {
    return create(like, known(like.getConfig().getEntrypoint()), known(like.getConfig().getCmd()));
  }

  /** As {@link #create(InspectContainerResponse)}, with Python and these arguments instead of what the other one runs. */
  String create(InspectContainerResponse like, String... arguments) {
    return create(like, new String[] {"/usr/bin/python3"}, arguments);
  }

  private static String[] known(String @Nullable [] words) {
    return Objects.requireNonNullElse(words, new String[0]);
  }

  private String create(InspectContainerResponse like, String[] entrypoint, String[] command) {
    List<Mount> mounts = like.getHostConfig().getMounts();
    if (mounts != null) {
      // The folder of the sandbox that is copied goes when that sandbox does.
      mounts.forEach(mount -> mount.withSource(folder.toString()));
    }
    return client
        .createContainerCmd(like.getImageId())
        .withUser(like.getConfig().getUser())
        .withWorkingDir(like.getConfig().getWorkingDir())
        .withHostName(like.getConfig().getHostName())
        .withEntrypoint(entrypoint)
        .withCmd(command)
        .withEnv(like.getConfig().getEnv())
        .withLabels(Map.of(MADE_HERE, "true"))
        .withNetworkDisabled(true)
        .withAttachStdin(true)
        .withAttachStdout(true)
        .withAttachStderr(true)
        .withStdinOpen(true)
        .withStdInOnce(true)
        .withHostConfig(like.getHostConfig())
        .exec()
        .getId();
  }

  /** Attaches to a container that has not been started. */
  DockerHttpClient.Response attach(String id, Input input) {
    return http.execute(
        DockerHttpClient.Request.builder()
            .method(DockerHttpClient.Request.Method.POST)
            .path("/containers/%s/attach?stream=1&stdin=1&stdout=1&stderr=1".formatted(id))
            .hijackedInput(input)
            .build());
  }

  /** A container's whole life, as short as it can be: made, attached, started until it first says something, killed, removed. */
  void wholeLife(InspectContainerResponse like) throws IOException {
    String id = create(like);
    Input input = new Input();
    try (DockerHttpClient.Response attached = attach(id, input)) {
      client.startContainerCmd(id).exec();
      if (attached.getBody().read() < 0) {
        throw new IOException("the container said nothing");
      }
      client.killContainerCmd(id).exec();
    } finally {
      input.close();
      remove(id);
    }
  }

  void remove(String id) {
    try {
      client.removeContainerCmd(id).withForce(true).exec();
    } catch (NotFoundException e) {
      // It is what was asked for.
    }
  }

  /** Removes what an interrupted benchmark may have left. */
  void removeLeftovers() {
    client.listContainersCmd().withShowAll(true).withLabelFilter(List.of(MADE_HERE + "=true")).exec().stream()
        .map(Container::getId)
        .forEach(this::remove);
  }

  @Override
  public void close() throws IOException {
    removeLeftovers();
    client.close();
    Files.delete(folder);
  }
}
