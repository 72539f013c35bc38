package dev.rlm.engine.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Sets how much is logged. The format is in {@code logback.xml}. */
public final class Logging {

  private Logging() {}

  /** Logs what is at least as severe as {@code level}, by its name; libraries only warnings. */
  public static void setLevel(String level) {
    Logger ours = (Logger) LoggerFactory.getLogger("dev.rlm");
    ours.setLevel(Level.toLevel(level, Level.INFO));
  }
}
