package dev.rlm.security;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The containers of engines, as the daemon sees them. */
final class Containers {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final DockerClient CLIENT = connect();

  private Containers() {}

  private static DockerClient connect() {
    DefaultDockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder().build();
    return DockerClientImpl.getInstance(
        config,
        new ApacheDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .sslConfig(config.getSSLConfig())
            .build());
  }

  static DockerClient daemon() {
    return CLIENT;
  }

  /** Returns the names of the containers of all engines of these tests, dead or alive, in whatever state. */
  static List<String> ofEngines() {
    return EngineProcess.started().stream().flatMap(engine -> ofEngine(engine).stream()).toList();
  }

  /** Returns the names of one engine's containers, in whatever state. */
  static List<String> ofEngine(String engineId) {
    List<String> label = List.of("dev.rlm.engine=" + engineId);
    return CLIENT.listContainersCmd().withShowAll(true).withLabelFilter(label).exec().stream()
        .map(Container::getNames)
        .flatMap(Arrays::stream)
        .toList();
  }

  /** Returns whether a container runs; one that is gone does not. */
  static boolean isRunning(String name) {
    try {
      return Boolean.TRUE.equals(CLIENT.inspectContainerCmd(name.substring(1)).exec().getState().getRunning());
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** Returns a container's name and state in words, for the message of a test that fails. */
  static String state(String name) {
    try {
      InspectContainerResponse container = CLIENT.inspectContainerCmd(name.substring(1)).exec();
      return "%s (made %s, %s)".formatted(name, container.getCreated(), container.getState());
    } catch (NotFoundException e) {
      return name + " (gone)";
    }
  }

  /** Waits until a condition holds that comes about in a moment, and gives a machine that is slow as long as it may need. */
  static boolean soon(BooleanSupplier condition) {
    return within(PATIENCE, condition);
  }

  /** Waits until a condition holds; the tests' one way to wait for what other processes do. */
  static boolean within(Duration time, BooleanSupplier condition) {
    long end = System.nanoTime() + time.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return true;
  }
}
