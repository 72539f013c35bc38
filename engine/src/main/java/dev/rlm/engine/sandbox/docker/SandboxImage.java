package dev.rlm.engine.sandbox.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;

/** The image that this engine was built for, known by the hash of what it was built from. */
final class SandboxImage {

  private static final String LABEL = "dev.rlm.image.content";
  private static final int TAG_LENGTH = 12;
  private static final String PROPERTIES = "/dev/rlm/sandbox/image.properties";

  private SandboxImage() {}

  private static Properties properties() {
    try (InputStream in = SandboxImage.class.getResourceAsStream(PROPERTIES)) {
      Properties properties = new Properties();
      properties.load(in);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the id of an image.
   *
   * @param asked its name; empty for the one that set-up gives it
   * @throws SandboxUnavailableException when there is none, or when it is not the one this engine was built for
   */
  static String resolve(DockerDaemon daemon, String asked, Deadline deadline) throws InterruptedException {
    Properties properties = properties();
    String expected = properties.getProperty("content");
    String name = asked.isEmpty() ? properties.getProperty("name") + ":" + expected.substring(0, TAG_LENGTH) : asked;
    InspectImageResponse image;
    try {
      image = daemon.call("inspect an image", deadline, client -> client.inspectImageCmd(name).exec());
    } catch (NotFoundException e) {
      throw untrusted("the daemon at %s has no image %s: run ./rlm setup".formatted(daemon, name));
    }
    Map<String, String> labels = image.getConfig() == null ? null : image.getConfig().getLabels();
    String content = labels == null ? null : labels.get(LABEL);
    if (!expected.equals(content)) {
      throw untrusted(
          "the image %s was built from %s, and this engine from %s: run ./rlm setup"
              .formatted(name, content == null ? "something else" : content, expected));
    }
    String id = image.getId();
    if (id == null) {
      throw untrusted("the daemon at %s does not tell the id of the image %s".formatted(daemon, name));
    }
    return id;
  }

  static SandboxUnavailableException untrusted(String message) {
    return new SandboxUnavailableException(SandboxUnavailableException.Reason.IMAGE, message);
  }
}
