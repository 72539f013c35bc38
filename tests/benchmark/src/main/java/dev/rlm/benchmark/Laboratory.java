package dev.rlm.benchmark;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What rows measure with.
 *
 * @param jar the engine's jar
 * @param daemon the daemon that it uses
 */
record Laboratory(Path jar, Daemon daemon) {

  /** Starts an engine with these variables. */
  EngineProcess engine(Map<String, String> variables) throws Exception {
    return EngineProcess.start(jar, variables);
  }

  /** Runs code often enough that what follows measures the engine and not the warming up of its virtual machine. */
  static void warmUp(EngineProcess engine, Scale scale) throws Exception {
    String session = engine.api().openSession();
    for (int i = 0; i < scale.of(50, 1_000); i++) {
      engine.api().expectInSession(session, "print(1)", Optional.empty(), "1\n");
    }
    engine.api().closeSession(session);
    engine.api().awaitQuiet();
  }
}
