package dev.rlm.engine.execution;

/**
 * Something the egress filter found in what left a sandbox. Never holds what it found.
 *
 * @param rule which rule found it
 * @param channel where: {@code stdout}, {@code stderr}, {@code locals}, {@code result} or {@code error}
 * @param offset where in the unfiltered channel it began, in bytes
 * @param length how long it was, in bytes
 * @param action what was done: {@code redacted}, {@code reported} or {@code withheld}
 */
public record EgressFinding(String rule, String channel, long offset, long length, String action) {}
