package dev.rlm.security;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * One attack, as it stands in the corpus.
 *
 * @param row the row of the threat table that it belongs to
 * @param id its name
 * @param tries what it tries, in words
 * @param means how it tries it
 * @param expected what must come of it
 * @param never texts that neither an answer nor the engine's log may have
 * @param most what the host may measure of it at most
 * @param deviation why something comes of it that one would not wish for; empty where nothing does
 */
record Probe(
    String row, String id, String tries, Means means, Expected expected, List<String> never, Most most, String deviation) {

  /** How an attack is made. */
  sealed interface Means {

    /**
     * Code that is run, each piece in a sandbox of its own and after the other.
     *
     * @param timeouts seconds that each piece may take: few only for those that are meant to take too long
     * @param context what the code finds under that name; a missing node: nothing
     * @param copies how often it is run at one time
     */
    record Code(List<String> pieces, List<Integer> timeouts, JsonNode context, int copies) implements Means {}

    /** Bytes that are sent to the engine, each over a connection of its own. */
    record Http(List<String> requests) implements Means {}

    /** A test that needs more than code or a request. */
    record Test(String name) implements Means {}
  }

  /**
   * What the host may measure.
   *
   * @param cores processor time by time, of which a second counts at the least
   * @param megabytes of memory at its peak, in millions of bytes
   */
  record Most(double cores, double megabytes) {}

  /** Returns how many sandboxes it uses at one time. */
  int sandboxes() {
    return means instanceof Means.Code code ? code.copies() : 0;
  }
}
