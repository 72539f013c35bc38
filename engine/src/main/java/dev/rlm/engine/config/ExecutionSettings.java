package dev.rlm.engine.config;

import dev.rlm.engine.sandbox.ByteSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What executions may take.
 *
 * @param timeout wall time of an execution that asks for none
 * @param maxTimeout longest that one may ask for
 * @param maxConcurrent how many run at one time
 * @param maxQueued how many wait for their turn; more are refused
 * @param queueTimeout how long one waits for its turn and its sandbox
 * @param outputKept how much of each output stream an answer carries, head and tail
 * @param outputLimit how much one execution may write before it is killed
 * @param auditLog a file to which every execution adds a line; empty for none
 */
public record ExecutionSettings(
    Duration timeout,
    Duration maxTimeout,
    int maxConcurrent,
    int maxQueued,
    Duration queueTimeout,
    ByteSize outputKept,
    ByteSize outputLimit,
    Optional<Path> auditLog) {}
