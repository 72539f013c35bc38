package dev.rlm.engine.repl;

import dev.rlm.engine.sandbox.GuestContext;
import java.util.Optional;

/**
 * A question about a context.
 *
 * @param owner who asks: the trajectory is this caller's alone
 * @param query the question, not blank
 * @param context what the code finds as {@code context}; without one it is an empty text
 * @param model drives the loop; one of {@link Inference#models}, else the standard one
 * @param limits what the run may take at most, within the configured limits
 * @param schema what the answer must be, as JSON; without one any text is an answer
 */
public record InferenceRequest(
    String owner,
    String query,
    Optional<GuestContext> context,
    Optional<String> model,
    RequestedLimits limits,
    Optional<AnswerSchema> schema) {}
