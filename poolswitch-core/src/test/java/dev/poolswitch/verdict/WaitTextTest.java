package dev.poolswitch.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WaitTextTest {

    private static final Instant NOW = ScriptedAnswer.NOW;

    @ParameterizedTest
    @CsvSource({
        "30, PT30S",
        "0, PT0S",
        "1.5, PT1.5S",
        "20ms, PT0.02S",
        "6m0s, PT6M",
        "2m59.56s, PT2M59.56S",
        "1h23m45.6s, PT1H23M45.6S",
        "1d, PT24H",
        "2.12 days, PT50H52M48S",
        "1795168845, PT45S",
        "1795168845000, PT45S",
        "1795168845.5, PT45.5S",
        "1795168500, PT0S",
        "2026-11-20T10:00:42Z, PT42S",
        "2026-11-20T10:00:42.5Z, PT42.5S",
        "2026-11-20T11:00:42+01:00, PT42S",
        "2026-11-20 10:00:42, PT42S",
        "2026-11-20T09:55:00Z, PT0S",
        "'Fri, 31 Dec 1999 23:59:59 GMT', PT0S",
        "14.07:13:56, PT343H13M56S",
        "00:05:00, PT5M",
        "00:00:00.033, PT0.033S",
        "2678400, PT744H"
    })
    void reads_a_reset_of_any_format(String text, Duration wait) {
        assertThat(WaitText.reset(text, NOW)).isEqualTo(wait);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-5",
                "+5",
                "NaN",
                "Infinity",
                "1e3",
                "0x10",
                "٣٠",
                "3٠",
                "2678401",
                "999999999",
                "99999999999999999999",
                "9999-12-31T23:59:59Z",
                "1500000000",
                "1500000000000",
                "1795168499",
                "2026-11-20T09:54:59Z",
                "2026-13-45T99:99:99Z",
                "5 parsecs",
                "5s5",
                "s",
                ".5",
                "5.",
                "1:2",
                "a:b:c",
                "1:2:3:4",
                "1h-5m",
                "32d",
                "99999999999999d"
            })
    void refuses_what_is_no_usable_wait(String text) {
        assertThat(WaitText.reset(text, NOW)).isNull();
        assertThat(WaitText.retryAfter(text.equals("999999999") ? "" : text, NOW))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Fri, 20 Nov 2026 10:01:30 GMT",
                "Friday, 20-Nov-26 10:01:30 GMT",
                "Fri Nov 20 10:01:30 2026",
                "fri, 20 nov 2026 10:01:30 gmt"
            })
    void reads_the_three_date_forms(String text) {
        assertThat(WaitText.retryAfter(text, NOW)).isEqualTo(Duration.ofSeconds(90));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Please try again in 11m0.528s. Need more? | PT11M0.528S",
                "Please try again in 6m 11.52s. | PT6M11.52S",
                "Please retry after 37 seconds. | PT37S",
                "Your rate limit resets in ~5s. | PT5S",
                "Quota will be replenished in 14.07:13:56. | PT343H13M56S",
                "Quota will be replenished in 2.12 days. | PT50H52M48S",
                "Please retry in 10h17m5.723541104s. | PT10H17M5.723541104S",
                "Expected available in 1 second. | PT1S",
                "please try again in 20ms | PT0.02S",
                "Please wait 3 minutes and | PT3M",
                "Retry after 12 | PT12S"
            })
    void reads_prose(String text, Duration wait) {
        assertThat(WaitText.prose(text)).isEqualTo(wait);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Please wait a few minutes", "try again in", "retry in soon", "try again in -5s", "no"})
    void hears_nothing_where_nothing_is_said(String text) {
        assertThat(WaitText.prose(text)).isNull();
    }

    @Test
    void never_throws_and_never_leaves_its_bounds() {
        Random random = new Random(42);
        String alphabet = "0123456789.:-+TZ ,smhd٣eE\u0000GMTNovFri\"";
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(30); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            for (Duration wait : new Duration[] {
                WaitText.reset(text.toString(), NOW),
                WaitText.retryAfter(text.toString(), NOW),
                WaitText.millis(text.toString()),
                WaitText.prose("try again in " + text),
                WaitText.regainAccess("regain access on " + text, NOW)
            }) {
                assertThat(wait == null || (!wait.isNegative() && wait.compareTo(WaitText.LONGEST) <= 0))
                        .isTrue();
            }
        }
    }
}
