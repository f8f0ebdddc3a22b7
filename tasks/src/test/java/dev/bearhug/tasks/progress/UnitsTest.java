package dev.bearhug.tasks.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0.0 s",
    "440, 0.4 s",
    "9949, 9.9 s",
    "9950, 10 s",
    "12400, 12 s",
    "59499, 59 s",
    "59500, 1 min 00 s",
    "185000, 3 min 05 s",
    "3599600, 1 h 00 min",
    "7620000, 2 h 07 min",
    "86400000, 1 d 00 h",
    "356400000, 4 d 03 h",
    "-12000, -12 s",
  })
  void durations(long millis, String text) {
    assertThat(Units.duration(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "512, 512 B",
    "1023, 1023 B",
    "1024, 1.00 KiB",
    "1610612736, 1.50 GiB",
    "13421772800, 12.5 GiB",
    "150323855360, 140 GiB",
    "1048575, 1.00 MiB",
    "-2048, -2.00 KiB",
    "9223372036854775807, 8.00 EiB",
  })
  void bytes(long bytes, String text) {
    assertThat(Units.bytes(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "950, 950",
    "999.4, 999",
    "999.6, 1.00k",
    "12345, 12.3k",
    "109482240, 109M",
    "999950, 1.00M",
    "-1500, -1.50k",
    "NaN, NaN",
    "Infinity, Infinity",
  })
  void counts(double count, String text) {
    assertThat(Units.count(count)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.01, 0.01",
    "0.001, 0.001",
    "2e-5, 2e-5",
    "2.5e-5, 2.5e-5",
    "9.999e-7, 1e-6",
    "1000, 1000",
    "123456, 1.23e5",
    "-3e-4, -3e-4",
    "NaN, NaN",
  })
  void smallNumbers(double value, String text) {
    assertThat(Units.scientific(value)).isEqualTo(text);
  }

  @Test
  void theLocaleChangesNothing() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(Units.bytes(1536)).isEqualTo("1.50 KiB");
      assertThat(Units.scientific(2.5e-5)).isEqualTo("2.5e-5");
      assertThat(new ProgressFigures(1.5, 0.25, 1e-4, 2000, 0).text())
          .isEqualTo("loss 0.2500, lr 1e-4, 2.00k tok/s, 0 B, epoch 1.50");
    } finally {
      Locale.setDefault(before);
    }
  }
}
