package dev.rlm.engine.api;

import dev.rlm.engine.execution.Execution;
import io.javalin.http.Context;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers a request to run code: with one document at the end, or with events while it runs. */
final class Executions {

  private static final Logger log = LoggerFactory.getLogger(Executions.class);

  private Executions() {}

  static void answer(Context ctx, StreamedExecution.Work work) throws InterruptedException {
    Optional<HttpEvents.Format> format = HttpEvents.Format.asked(ctx);
    if (format.isEmpty()) {
      Execution execution = work.run(dev.rlm.engine.execution.ExecutionListener.NONE);
      ctx.contentType("application/json");
      ctx.result(Json.write(ExecuteResponse.of(execution)));
      return;
    }
    HttpEvents events = new HttpEvents(ctx, format.get());
    try {
      StreamedExecution.run(events, work, () -> {});
    } catch (EventSink.ClientGoneException e) {
      log.info("request {}: the client went away", RequestId.of(ctx));
    } catch (RuntimeException e) {
      if (!events.begun()) {
        throw e;
      }
      log.error("request {} failed", RequestId.of(ctx), e);
      events.send(Event.End.of(Problem.of(ErrorCode.INTERNAL_ERROR, "the engine failed", RequestId.of(ctx))));
    }
  }
}
