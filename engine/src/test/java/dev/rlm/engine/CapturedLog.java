package dev.rlm.engine;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Everything that a class logs while this is open, at every level, as it would stand in the log. */
public final class CapturedLog implements AutoCloseable {

  private final Logger logger;
  private final Appender appender = new Appender();

  /** Begins to capture. */
  public CapturedLog(Class<?> source) {
    logger = (Logger) LoggerFactory.getLogger(source);
    LoggerContext context = logger.getLoggerContext();
    appender.layout.setContext(context);
    appender.layout.setPattern("%level %msg%n%ex");
    appender.layout.start();
    appender.setContext(context);
    appender.start();
    logger.setLevel(Level.TRACE);
    logger.addAppender(appender);
  }

  /** Returns the log so far. */
  public String text() {
    return String.join("", appender.lines);
  }

  /** Returns the events so far, each with its level and its stack trace where it has one. */
  public List<String> events() {
    return List.copyOf(appender.lines);
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    logger.setLevel(null);
  }

  private static final class Appender extends AppenderBase<ILoggingEvent> {
    private final PatternLayout layout = new PatternLayout();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      lines.add(layout.doLayout(event));
    }
  }
}
