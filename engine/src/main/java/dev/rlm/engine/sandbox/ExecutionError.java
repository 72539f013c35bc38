package dev.rlm.engine.sandbox;

/**
 * An exception that ended guest code, in the guest's own words: attacker text, already bounded in size.
 *
 * @param name the exception's type, such as {@code PermissionError}
 * @param value its text
 * @param traceback the formatted traceback without the agent's own frames; empty when there is none
 */
public record ExecutionError(String name, String value, String traceback) {}
