package dev.rlm.engine.sandbox.docker;

import dev.rlm.engine.sandbox.RuntimePreference;
import org.junit.jupiter.api.Tag;

/** Stored contexts under runc. */
@Tag("docker")
final class DockerRuncContextsTest extends DockerContextsContract {

  DockerRuncContextsTest() {
    super(RuntimePreference.RUNC);
  }
}
