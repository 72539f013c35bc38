package dev.rlm.engine.sandbox;

/**
 * What kind of sandbox is wanted.
 *
 * @param limits what it may use
 * @param network whether it gets a network; false is the only safe value
 * @param guard whether the agent loads its own system call filter before it runs code; false only to test the other layers
 */
public record SandboxSpec(ResourceLimits limits, boolean network, boolean guard) {}
