package dev.rlm.engine.api;

import dev.rlm.engine.execution.ExecutionListener;
import io.javalin.http.Context;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests that take their time: with one document at the end, or with events while the work goes on. */
final class Executions {

  private static final Logger log = LoggerFactory.getLogger(Executions.class);

  private final ClientWatch watch;

  /** Interrupts the work for clients that {@code watch} sees go away. */
  Executions(ClientWatch watch) {
    this.watch = watch;
  }

  /** Work for a client, who wants either of these. */
  interface Work {

    /** Does it, and returns the document that answers it. */
    Object answer() throws InterruptedException;

    /** Does it, and sends all of its events; where this throws, the last of them was not sent. */
    void stream(EventSink events) throws InterruptedException;
  }

  /** Runs code. */
  void answer(Context ctx, StreamedExecution.Work work) throws InterruptedException {
    answer(
        ctx,
        new Work() {
          @Override
          public Object answer() throws InterruptedException {
            return ExecuteResponse.of(work.run(ExecutionListener.NONE));
          }

          @Override
          public void stream(EventSink events) throws InterruptedException {
            StreamedExecution.run(events, work, () -> {});
          }
        });
  }

  void answer(Context ctx, Work work) throws InterruptedException {
    Optional<HttpEvents.Format> format = HttpEvents.Format.asked(ctx);
    attend(
        ctx,
        () -> {
          if (format.isPresent()) {
            stream(ctx, new HttpEvents(ctx, format.get()), work);
          } else {
            Object answer = work.answer();
            ctx.contentType("application/json");
            ctx.result(Json.write(answer));
          }
        });
  }

  /** What takes its time. */
  @FunctionalInterface
  interface Attended {
    void run() throws InterruptedException;
  }

  /**
   * Does work in the calling thread, and interrupts it when the client goes away meanwhile; then it has ended well, since there is
   * nobody to be told.
   *
   * @throws InterruptedException when the thread was interrupted for another reason
   */
  void attend(Context ctx, Attended work) throws InterruptedException {
    try (ClientWatch.Watched client = watch.watch(ctx)) {
      try {
        work.run();
      } catch (EventSink.ClientGoneException e) {
        wentAway(ctx);
      } catch (InterruptedException e) {
        if (!client.gone()) {
          throw e;
        }
        wentAway(ctx);
      }
    }
  }

  private static void stream(Context ctx, HttpEvents events, Work work) throws InterruptedException {
    try {
      work.stream(events);
    } catch (EventSink.ClientGoneException e) {
      throw e;
    } catch (RuntimeException | InterruptedException e) {
      if (!events.begun()) {
        throw e;
      }
      trySend(events, Event.End.of(Errors.problem(e, RequestId.of(ctx))));
    }
  }

  private static void trySend(EventSink events, Event event) {
    try {
      events.send(event);
    } catch (EventSink.ClientGoneException e) {
      log.debug("there is nobody left to tell of the end", e);
    }
  }

  private static void wentAway(Context ctx) {
    log.info("request {}: the client went away, and its work was broken off", RequestId.of(ctx));
  }
}
