package dev.rlm.egress.rule;

import dev.rlm.egress.match.Shape;
import org.jspecify.annotations.Nullable;

/**
 * A rule with its automata.
 *
 * @param rule the rule
 * @param lead automaton of the part before the secret, or null
 * @param shape automaton of the secret
 * @param tail automaton of the part after the secret, or null
 */
public record CompiledRule(Rule rule, @Nullable Shape lead, Shape shape, @Nullable Shape tail) {}
