package dev.rlm.engine.repl;

import dev.rlm.engine.model.ChatMessage;
import dev.rlm.engine.model.Completion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The conversation of one loop. It only grows, so that a provider can cache what it has seen, until it nears the model's window: then
 * the older turns are left out, all at one time, so that it can grow again for long. A digest of what they said and saw stands in their
 * place; nothing is lost but text, since the variables are in the sandbox. Used by one thread.
 */
final class History {

  /** Characters of a reply, and of what it was told then, that are kept of a turn that is left out. */
  private static final int KEPT_OF_MESSAGE = 300;

  /** After older turns were left out, this part of the window is in use. */
  private static final double REDUCED = 0.5;

  /** The digest has no more than this part of the window; the oldest turns go first. */
  private static final double DIGEST = 0.1;

  /** As a budget reserves: prose takes four characters a token, code and many languages fewer. */
  private static final int CHARACTERS_PER_TOKEN = 3;

  private final long window;
  private final int beginning;
  private final List<ChatMessage> messages = new ArrayList<>();
  private final Deque<String> digest = new ArrayDeque<>();
  private int told;
  private int leftOut;
  private long counted;
  private boolean reduced;

  /**
   * Begins a conversation.
   *
   * @param beginning what is never left out; the model speaks next
   * @param window tokens that may be sent to the model
   */
  History(List<ChatMessage> beginning, long window) {
    this.window = window;
    this.beginning = beginning.size();
    messages.addAll(beginning);
  }

  /** Returns what the model is sent in its next turn. */
  List<ChatMessage> next() {
    if (tokens() > window) {
      leaveOut();
    }
    return List.copyOf(messages);
  }

  /** Returns what of that the model has not been sent before; where turns were left out, the digest too. */
  List<ChatMessage> unsaid() {
    List<ChatMessage> unsaid = new ArrayList<>();
    if (reduced) {
      unsaid.add(messages.get(beginning + 1));
    }
    unsaid.addAll(messages.subList(told, messages.size()));
    return unsaid;
  }

  /** Adds what the model has said to all that. */
  void said(Completion completion) {
    messages.add(ChatMessage.assistant(completion.text()));
    told = messages.size();
    reduced = false;
    counted = completion.usage().estimated() ? 0 : completion.usage().prompt() + completion.usage().output();
  }

  /** Adds what it is told next. */
  void tell(String text) {
    messages.add(ChatMessage.user(text));
  }

  /** Tokens of all, as the provider counts what it has seen, and an estimate of the rest. */
  private long tokens() {
    return counted + estimate(messages.subList(counted == 0 ? 0 : told, messages.size()));
  }

  private static long estimate(List<ChatMessage> messages) {
    return messages.stream().mapToLong(message -> message.text().length()).sum() / CHARACTERS_PER_TOKEN;
  }

  /** Leaves out the oldest turns, each a reply and what it was told then, but never the last one. */
  private void leaveOut() {
    int from = leftOut == 0 ? beginning : beginning + 2; // An earlier digest is made anew.
    int to = from;
    long tooMany = tokens() - (long) (window * REDUCED);
    while (to + 2 < messages.size() && tooMany > 0) {
      List<ChatMessage> turn = messages.subList(to, to + 2);
      digest.add(digest(++leftOut, turn));
      tooMany -= estimate(turn);
      to += 2;
    }
    if (to == from) {
      return; // One turn alone is as large as that.
    }
    int most = (int) (window * DIGEST * CHARACTERS_PER_TOKEN);
    while (digest.size() > 1 && digest.stream().mapToInt(String::length).sum() > most) {
      digest.remove();
    }
    List<ChatMessage> rest = List.copyOf(messages.subList(to, messages.size()));
    told += beginning + 2 - to;
    messages.subList(beginning, messages.size()).clear();
    messages.add(ChatMessage.assistant(Prompts.leftOut(leftOut)));
    messages.add(ChatMessage.user(Prompts.digest(digest)));
    messages.addAll(rest);
    counted = 0; // Of a conversation that is no more.
    reduced = true;
  }

  private static String digest(int turn, List<ChatMessage> messages) {
    return "Turn %d. You: %s\nYou were told: %s"
        .formatted(
            turn,
            Excerpt.of(messages.getFirst().text(), KEPT_OF_MESSAGE).text(),
            Excerpt.of(messages.getLast().text(), KEPT_OF_MESSAGE).text());
  }
}
