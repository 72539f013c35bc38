package dev.rlm.engine.client;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * What came of a question.
 *
 * @param outcome {@code answered}, {@code stopped} by a limit, or {@code failed}
 * @param reason what ended it, for programs, such as {@code time}
 * @param detail the same for people; may be empty
 * @param text the answer, or the best there was; may be empty
 * @param iterations turns of models
 * @param subCalls calls of the code to models
 * @param tokens sent and received
 * @param cost US dollars, where that is known
 * @param seconds it took
 * @param trajectoryId names the record of the run
 * @param json all that the engine says of it
 */
public record Answer(
    String outcome,
    String reason,
    String detail,
    String text,
    int iterations,
    int subCalls,
    long tokens,
    Optional<BigDecimal> cost,
    double seconds,
    String trajectoryId,
    String json) {}
