package dev.rlm.engine.sandbox.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.Seeds;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class UserIdsTest {

  @Test
  void handsOutEachIdOnceUntilAllAreTaken() {
    UserIds ids = new UserIds(Seeds.random());
    Set<Integer> taken = new HashSet<>();
    for (int i = 0; i < UserIds.COUNT; i++) {
      int id = ids.take();
      assertTrue(taken.add(id), () -> id + " is taken twice");
      assertTrue(id >= UserIds.FIRST && id < UserIds.FIRST + UserIds.COUNT, () -> id + " is out of range");
    }
    assertThrows(IllegalStateException.class, ids::take);
    ids.release(UserIds.FIRST + 7);
    assertEquals(UserIds.FIRST + 7, ids.take());
  }

  @Test
  void keepsToIdsThatARootlessDaemonMapsAndThatAreNobodysElse() {
    assertTrue(UserIds.FIRST >= 1_000);
    assertTrue(UserIds.FIRST + UserIds.COUNT <= 65_534);
  }

  @Test
  void doesNotStartAtTheSameIdInEveryEngine() {
    Set<Integer> first = new HashSet<>();
    for (int seed = 0; seed < 20; seed++) {
      first.add(new UserIds(new java.util.Random(seed)).take());
    }
    assertTrue(first.size() > 15, first::toString);
  }
}
