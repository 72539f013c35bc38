package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import java.util.List;

/**
 * A piece of text that must not leave.
 *
 * @param start first byte
 * @param end byte after the last
 * @param rule id for the marker
 * @param confidence how sure the detector is
 * @param kind what sort of finding it is
 * @param chain views through which it was seen, outermost first
 */
public record Span(
    int start, int end, String rule, Confidence confidence, Kind kind, List<String> chain) {

  /** Sorts of findings, which policies treat differently. */
  public enum Kind {
    /** A secret by its format, its place or its randomness. */
    SECRET,
    /** An exact copy of a value that the engine holds: redacted in every mode. */
    ENGINE_SECRET,
    /** A run of the context document. */
    ECHO,
    /** Data without a readable form, which might carry anything. */
    OPAQUE,
    /** Something that a limit kept from being examined. */
    LIMIT
  }

  /** A secret that was seen plainly. */
  public static Span secret(int start, int end, String rule, Confidence confidence) {
    return new Span(start, end, rule, confidence, Kind.SECRET, List.of());
  }
}
