package dev.rlm.engine.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.model.ChatMessage;
import dev.rlm.engine.model.Completion;
import dev.rlm.engine.model.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HistoryTest {

  private static final int WINDOW = 30_000;
  private static final int LONG = 4_000;
  private static final List<ChatMessage> BEGINNING = List.of(ChatMessage.system("the rules"), ChatMessage.user("the task"));

  private final History history = new History(BEGINNING, WINDOW);

  private static long characters(List<ChatMessage> messages) {
    return messages.stream().mapToLong(message -> message.text().length()).sum();
  }

  /** Takes a turn as the loop does, with a provider that counts four characters a token, or nothing. */
  private List<ChatMessage> turn(int number, int characters, boolean counts) {
    List<ChatMessage> sent = history.next();
    String reply = "reply %d ".formatted(number) + "r".repeat(characters);
    TokenUsage usage = new TokenUsage(counts ? characters(sent) / 4 : 0, 0, counts ? reply.length() / 4 : 0, !counts);
    history.said(new Completion(reply, usage, Completion.Finish.STOP, 0));
    history.tell("output %d ".formatted(number) + "o".repeat(characters));
    return sent;
  }

  private static List<String> firstWords(List<ChatMessage> messages) {
    return messages.stream().map(message -> message.text().substring(0, message.text().indexOf(' '))).toList();
  }

  @Test
  void onlyGrowsWhileThereIsRoom() {
    List<ChatMessage> before = BEGINNING;
    assertEquals(BEGINNING, history.unsaid());
    for (int i = 1; i <= 8; i++) {
      List<ChatMessage> sent = turn(i, LONG, true);
      assertEquals(before, sent.subList(0, before.size()));
      assertEquals(List.of("output"), firstWords(history.unsaid()));
      before = sent;
    }
  }

  @Test
  void theOlderPartIsLeftOutWhenTheWindowIsNear() {
    List<Integer> reductions = new ArrayList<>();
    List<ChatMessage> before = BEGINNING;
    for (int i = 1; i <= 40; i++) {
      List<ChatMessage> sent = turn(i, LONG, i % 2 == 0);
      assertTrue(characters(sent) / 4 <= WINDOW, "what is sent fits");
      assertEquals(BEGINNING, sent.subList(0, 2));
      for (int at = 1; at < sent.size(); at++) {
        assertEquals(at % 2 == 1 ? ChatMessage.Role.USER : ChatMessage.Role.ASSISTANT, sent.get(at).role());
      }
      if (i > 1) {
        assertTrue(sent.getLast().text().startsWith("output %d ".formatted(i - 1)), "the last turn is there");
        assertTrue(sent.get(sent.size() - 2).text().startsWith("reply %d ".formatted(i - 1)), "the last turn is there");
      }
      if (before.size() > sent.size()) {
        reductions.add(i);
      }
      before = sent;
    }
    assertTrue(reductions.size() >= 2, reductions::toString);
    for (int i = 1; i < reductions.size(); i++) {
      assertTrue(reductions.get(i) - reductions.get(i - 1) >= 4, "it grows again for long: " + reductions);
    }
  }

  @Test
  void whatWasLeftOutIsToldInShort() {
    int turns = 0;
    List<ChatMessage> sent;
    do {
      sent = turn(++turns, LONG, false);
    } while (turns == 1 || !sent.get(2).text().startsWith("(My first"));
    assertTrue(sent.get(3).text().contains("SHOW_VARS()"), sent.get(3).text());
    assertTrue(sent.get(3).text().contains("Turn 1. You: reply 1 rrr"), sent.get(3).text());
    assertTrue(sent.get(3).text().contains("You were told: output 1 ooo"), sent.get(3).text());
  }

  @Test
  void theNextTurnIsToldOfTheDigest() {
    int before = 0;
    for (int i = 1; history.next().size() > before; i++) {
      before = history.next().size();
      turn(i, LONG, true);
    }
    assertEquals(List.of("The", "output"), firstWords(history.unsaid()));
    turn(40, LONG, true);
    assertEquals(List.of("output"), firstWords(history.unsaid()));
  }

  @Test
  void oneTurnThatIsTooLargeIsSentAllTheSame() {
    turn(1, 200_000, false);
    List<ChatMessage> sent = history.next();
    assertEquals(4, sent.size());
  }
}
