package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.history.ReferenceLog;
import dev.rlm.engine.history.TrajectoryStore;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** The routes of trajectories: what a caller's runs did. */
final class TrajectoryRoutes {

  private static final String LINES = "application/x-ndjson";

  private final TrajectoryStore trajectories;

  TrajectoryRoutes(TrajectoryStore trajectories) {
    this.trajectories = trajectories;
  }

  /** What is told of a trajectory. */
  record TrajectoryView(String trajectoryId, String started, String model, String query, long bytes) {
    static TrajectoryView of(TrajectoryStore.Summary summary) {
      return new TrajectoryView(summary.id(), summary.started(), summary.model(), summary.query(), summary.bytes());
    }
  }

  /** A list of trajectories. */
  record TrajectoryList(List<TrajectoryView> trajectories) {}

  void register(JavalinConfig config) {
    config.routes.get("/trajectories", this::list);
    config.routes.get("/trajectories/{id}", this::show);
  }

  private void list(Context ctx) {
    ctx.contentType("application/json");
    ctx.result(
        Json.write(
            new TrajectoryList(trajectories.list(Access.caller(ctx)).stream().map(TrajectoryView::of).toList())));
  }

  private void show(Context ctx) {
    Lines lines = new Lines(ctx);
    String format = Objects.requireNonNullElse(ctx.queryParam("format"), "log");
    switch (format) {
      case "events" -> trajectories.read(Access.caller(ctx), ctx.pathParam("id"), lines);
      case "log" -> {
        ReferenceLog log = new ReferenceLog(loop(ctx), lines);
        trajectories.read(Access.caller(ctx), ctx.pathParam("id"), log);
        log.close();
      }
      default ->
          throw new ApiException(
              ErrorCode.INVALID_REQUEST, "the format \"%s\" is not log or events".formatted(format), "format");
    }
    lines.begin(); // Of a loop that there was not, there are none.
  }

  private static int loop(Context ctx) {
    String loop = Objects.requireNonNullElse(ctx.queryParam("loop"), "0");
    try {
      return Integer.parseUnsignedInt(loop);
    } catch (NumberFormatException e) {
      throw new ApiException(ErrorCode.INVALID_REQUEST, "the loop \"%s\" is not a number".formatted(loop), "loop");
    }
  }

  /** Lines of JSON in a response, which begins with the first of them. */
  private static final class Lines implements Consumer<JsonNode> {

    private final Context ctx;

    Lines(Context ctx) {
      this.ctx = ctx;
    }

    void begin() {
      ctx.contentType(LINES);
    }

    @Override
    public void accept(JsonNode line) {
      begin();
      try {
        OutputStream out = ctx.outputStream();
        out.write(Json.write(line));
        out.write('\n');
      } catch (IOException e) {
        throw new UncheckedIOException(e); // The client is gone.
      }
    }
  }
}
