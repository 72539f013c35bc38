package dev.rlm.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FilterRowTest {

  @Test
  void showsTheRowsOfTheFiltersOwnBenchmark() throws Exception {
    List<Figure> figures =
        FilterRow.figures(
            new ObjectMapper()
                .readTree(
                    """
                    [
                      {"section": "speed", "name": "one stream", "value": 120.5, "unit": "MB/s", "bar": ">= 200 MB/s", "met": false},
                      {"section": "speed", "name": "beside other", "value": 120.5, "unit": "MB/s", "other": "other, processor time",
                       "otherValue": 2.5, "bar": ">= 10 x", "met": true},
                      {"section": "speed", "name": "plain", "value": 3, "unit": "s"}
                    ]
                    """));
    assertEquals(Figure.of("speed: one stream", "MB/s", 120.5).bar("≥ 200 MB/s", false), figures.get(0));
    assertEquals(Optional.of(48.2), figures.get(1).ratio());
    assertEquals(Optional.of(new Figure.Bar("≥ 10 x", true)), figures.get(1).bar());
    assertEquals(Figure.of("speed: plain", "s", 3), figures.get(2));
  }
}
