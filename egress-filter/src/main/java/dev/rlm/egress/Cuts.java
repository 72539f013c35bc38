package dev.rlm.egress;

import dev.rlm.egress.scan.Span;
import java.util.Set;

/** Places at which output goes on by another channel, and what is found beside them. */
final class Cuts {

  private static final Set<String> GUESSES =
      Set.of("high-entropy", "credential", "passwd", "url-passwd", "basic-auth");

  /** How far a name or a call may stand before what it makes a secret. */
  private static final int REACH_BEFORE = 256;

  /** How much after a value may tell that it is none: the rest of a block or of an encoded run. */
  private static final int REACH_AFTER = 256;

  private Cuts() {}

  /** Whether a name or a measure made the finding, and no format. */
  static boolean isGuess(Span span) {
    return GUESSES.contains(span.rule());
  }

  /**
   * Whether a span lies in one piece and next to where the channel changed. What a part looks like
   * may be known better in the whole, so the view of all channels decides there, exactly as it would
   * had everything come on one. A span of several pieces is never left to it.
   */
  static boolean decidedByAll(ArrivalLog log, View view, Span span, int from) {
    if (span.kind() != Span.Kind.SECRET) {
      return false;
    }
    boolean guess = span.confidence() != Confidence.HIGH || isGuess(span);
    int first = view.place(from) - (guess ? REACH_BEFORE : 0);
    int last = view.place(span.end() - 1) + 1;
    int piece = log.pieceAt(view.place(from));
    if (piece != log.pieceAt(last - 1)) {
      return false;
    }
    boolean cutBefore = piece > 0 && log.pieceStart(piece) >= first;
    boolean cutAfter =
        piece + 1 < log.pieces() && log.pieceEnd(piece) <= last + (guess ? REACH_AFTER : 0);
    return cutBefore || cutAfter;
  }
}
