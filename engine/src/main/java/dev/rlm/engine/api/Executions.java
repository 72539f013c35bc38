package dev.rlm.engine.api;

import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionListener;
import io.javalin.http.Context;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests to run code: with one document at the end, or with events while it runs. */
final class Executions {

  private static final Logger log = LoggerFactory.getLogger(Executions.class);

  private final ClientWatch watch;

  /** Interrupts the code of clients that {@code watch} sees go away. */
  Executions(ClientWatch watch) {
    this.watch = watch;
  }

  void answer(Context ctx, StreamedExecution.Work work) throws InterruptedException {
    Optional<HttpEvents.Format> format = HttpEvents.Format.asked(ctx);
    watch.attend(
        ctx,
        () -> {
          if (format.isPresent()) {
            stream(ctx, format.get(), work);
          } else {
            Execution execution = work.run(ExecutionListener.NONE);
            ctx.contentType("application/json");
            ctx.result(Json.write(ExecuteResponse.of(execution)));
          }
        });
  }

  private static void stream(Context ctx, HttpEvents.Format format, StreamedExecution.Work work)
      throws InterruptedException {
    HttpEvents<Event> events =
        new HttpEvents<>(ctx, format, Event.Keepalive.INSTANCE, event -> format.text(event.type(), event));
    try {
      StreamedExecution.run(events, work, () -> {});
    } catch (EventSink.ClientGoneException e) {
      throw e;
    } catch (RuntimeException | InterruptedException e) {
      if (!events.begun()) {
        throw e;
      }
      trySend(events, Event.End.of(Errors.problem(e, RequestId.of(ctx))));
    }
  }

  private static void trySend(EventSink<Event> events, Event event) {
    try {
      events.send(event);
    } catch (EventSink.ClientGoneException e) {
      log.debug("there is nobody left to tell of the end", e);
    }
  }
}
