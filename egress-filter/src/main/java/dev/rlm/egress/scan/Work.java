package dev.rlm.egress.scan;

/** What the scan of one text has learned on its way, and what it may still spend. Not thread-safe. */
final class Work {

  private final ScanBudget budget;
  private final JudgedNames names = new JudgedNames();
  private int settledUpTo;

  /** Begins with a text of so many bytes. */
  Work(ScanBudget budget, int length) {
    this.budget = budget;
    budget.add(length);
  }

  /** Charges for bytes that were read, or for what takes as long. */
  void spend(int bytes) {
    budget.spend(bytes);
  }

  /** The names that were judged in this text. */
  JudgedNames names() {
    return names;
  }

  /** Says that all up to a place is a secret as a whole: nothing in it need be looked at. */
  void settle(int upTo) {
    settledUpTo = Math.max(settledUpTo, upTo);
  }

  boolean isSettled(int place) {
    return place < settledUpTo;
  }
}
