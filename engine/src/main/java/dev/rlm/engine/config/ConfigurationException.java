package dev.rlm.engine.config;

import dev.rlm.engine.sandbox.EngineException;
import java.util.List;

/** The environment asks for something that cannot be. The message names every variable that is wrong. */
public final class ConfigurationException extends EngineException {

  private static final long serialVersionUID = 1L;

  /** Creates the exception; each problem names the variable, its value and what to use. */
  public ConfigurationException(List<String> problems) {
    super(String.join("\n", problems));
  }
}
